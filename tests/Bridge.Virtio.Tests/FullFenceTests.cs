using System.Diagnostics;
using System.Runtime.ExceptionServices;

namespace Bridge.Virtio.Tests;

/// <summary>
/// The litmus test of store buffering: one thread publishes and asks whether to notify while another arms and looks again, at the same moment. Either may miss the
/// other, but not both: then the entry would lie there and nobody would be told. Without the full fences this happens on x86 too, within some thousand rounds.
/// </summary>
[Collection(RaceTests.Name)]
public sealed class FullFenceTests
{
    private const int Rounds = 60_000;

    /// <summary>On a busy machine the threads seldom run at the same time, and rounds are slow: enough is then enough.</summary>
    private const int FewestRounds = 500;
    private static readonly TimeSpan Enough = TimeSpan.FromSeconds(1.5);
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void DriverPublishes_DeviceArms_NeverBothMiss(bool eventIndex)
    {
        using var rig = new Rig(2, new RingOptions(EventIndex: eventIndex));
        DriverQueue driver = rig.CreateDriver();
        DeviceQueue device = rig.CreateDevice();
        var chain = new Chain();
        Segment[] readable = [rig.Buffer(0)];
        device.DisableNotifications();
        AssertNeverBoth(
            publish: () =>
            {
                if (!driver.TryAdd(readable, [], 0, out _))
                    Assert.Fail("no descriptor");
                return driver.ShouldNotify();
            },
            arm: device.EnableNotifications,
            settle: () =>
            {
                device.DisableNotifications();
                Assert.True(device.TryTake(chain));
                device.Push(chain.Head, 0);
                Assert.True(driver.TryTakeUsed(out _));
            });
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void DevicePublishes_DriverArms_NeverBothMiss(bool eventIndex)
    {
        using var rig = new Rig(2, new RingOptions(EventIndex: eventIndex));
        DriverQueue driver = rig.CreateDriver();
        DeviceQueue device = rig.CreateDevice();
        var chain = new Chain();
        Segment[] writable = [rig.Buffer(0)];
        driver.DisableNotifications();
        Lend();
        AssertNeverBoth(
            publish: () =>
            {
                device.Push(chain.Head, 0);
                return device.ShouldNotify();
            },
            arm: driver.EnableNotifications,
            settle: () =>
            {
                driver.DisableNotifications();
                Assert.True(driver.TryTakeUsed(out _));
                Lend();
            });

        void Lend()
        {
            Assert.True(driver.TryAdd([], writable, 0, out _));
            Assert.True(device.TryTake(chain));
        }
    }

    /// <summary>
    /// Runs publish here and arm on a second thread, let go at the same moment with varying skew; settle runs when both are done. The round numbers order the two
    /// threads, so that each queue has one owner at a time.
    /// </summary>
    private static void AssertNeverBoth(Func<bool> publish, Func<bool> arm, Action settle)
    {
        int started = 0;
        int armed = 0;
        bool seen = false;
        ExceptionDispatchInfo? failure = null;
        var clock = Stopwatch.StartNew();

        var armer = new Thread(() =>
        {
            try
            {
                for (int round = 1; round <= Rounds; round++)
                {
                    if (!Await(ref started, round))
                        return;
                    Thread.SpinWait(round % 13);
                    seen = arm();
                    Volatile.Write(ref armed, round);
                }
            }
            catch (Exception error)
            {
                // Reported by the test's own thread.
                Volatile.Write(ref failure, ExceptionDispatchInfo.Capture(error));
                Volatile.Write(ref armed, int.MaxValue);
            }
        })
        { Name = "armer" };
        armer.Start();
        try
        {
            for (int round = 1; round <= Rounds && (round <= FewestRounds || clock.Elapsed < Enough); round++)
            {
                Volatile.Write(ref started, round);
                Thread.SpinWait(round / 13 % 17);
                bool notify = publish();
                Assert.True(Await(ref armed, round), "the other thread stands still");
                Volatile.Read(ref failure)?.Throw();
                Assert.True(notify || seen, $"round {round}: published and not told, armed and not seen");
                settle();
            }
        }
        finally
        {
            Volatile.Write(ref started, int.MaxValue);
            Assert.True(armer.Join(Bound), "the other thread did not end");
        }

        bool Await(ref int counter, int round)
        {
            var spin = new SpinWait();
            while (Volatile.Read(ref counter) < round)
            {
                if (clock.Elapsed > Bound)
                    return false;
                spin.SpinOnce(sleep1Threshold: -1);
            }

            return Volatile.Read(ref counter) != int.MaxValue || Volatile.Read(ref failure) is not null;
        }
    }
}
