using System.Buffers.Binary;
using System.Runtime.ExceptionServices;

namespace Bridge.Virtio.Tests;

/// <summary>
/// Two threads that sleep whenever they may, and are woken only when the other side's ShouldNotify says so. A lost wakeup leaves both asleep, which the bound on
/// each wait turns into a failure; a message seen before its bytes or out of order fails at once.
/// </summary>
[Collection(RaceTests.Name)]
public sealed class LostWakeupTests
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData(false, 2, 70_000)]
    [InlineData(true, 2, 70_000)]
    [InlineData(false, 64, 200_000)]
    [InlineData(true, 64, 200_000)]
    public void ArmAndRecheck_TwoThreads_LoseNoWakeup(bool eventIndex, int size, int messages)
    {
        using var rig = new Rig(size, new RingOptions(EventIndex: eventIndex), start: 65000);
        DriverQueue driver = rig.CreateDriver();
        DeviceQueue device = rig.CreateDevice();
        using var availableDoorbell = new AutoResetEvent(false);
        using var usedDoorbell = new AutoResetEvent(false);
        ExceptionDispatchInfo? failure = null;

        var deviceThread = new Thread(() =>
        {
            try
            {
                Consume(rig, device, messages, availableDoorbell, usedDoorbell);
            }
            catch (Exception error)
            {
                // The first to fail is reported by the test's own thread.
                Interlocked.CompareExchange(ref failure, ExceptionDispatchInfo.Capture(error), null);
                usedDoorbell.Set();
            }
        })
        { Name = "device" };
        deviceThread.Start();
        try
        {
            Produce(rig, driver, messages, availableDoorbell, usedDoorbell, () => failure);
        }
        finally
        {
            Assert.True(deviceThread.Join(Bound + Bound), "the device's thread did not end");
        }

        failure?.Throw();
    }

    /// <summary>Driver: fills the ring, sleeps while it is full, and at the end until everything is back.</summary>
    private static void Produce(
        Rig rig, DriverQueue driver, int messages, AutoResetEvent ring, AutoResetEvent doorbell, Func<ExceptionDispatchInfo?> failure)
    {
        int sent = 0;
        int back = 0;
        while (back < messages)
        {
            driver.DisableNotifications();
            do
            {
                while (driver.TryTakeUsed(out UsedElement used))
                {
                    // The device writes the number's complement into the buffer that it gives back.
                    if (used.Token != back || Word(rig, used.Token % rig.Layout.Size) != ~back)
                        Assert.Fail($"message {back} came back as {used.Token}, {Word(rig, used.Token % rig.Layout.Size)}");
                    back++;
                }

                while (sent < messages && driver.FreeDescriptors > 0)
                {
                    int place = sent % rig.Layout.Size;
                    BinaryPrimitives.WriteInt32LittleEndian(rig.BytesOf(rig.Buffer(place)), sent);
                    if (!driver.TryAdd([], [rig.Buffer(place)], sent, out _))
                        Assert.Fail("no descriptor although one is free");
                    sent++;
                    if (driver.ShouldNotify())
                        ring.Set();
                }
            }
            while (driver.EnableNotifications());

            if (back < messages && !doorbell.WaitOne(Bound))
                Assert.Fail($"asleep with {back} of {sent} back");
            failure()?.Throw();
        }
    }

    private static void Consume(Rig rig, DeviceQueue device, int messages, AutoResetEvent doorbell, AutoResetEvent ring)
    {
        var chain = new Chain();
        int taken = 0;
        while (taken < messages)
        {
            device.DisableNotifications();
            do
            {
                while (device.TryTake(chain))
                {
                    Span<byte> buffer = rig.BytesOf(chain.Writable[0]);
                    int number = BinaryPrimitives.ReadInt32LittleEndian(buffer);
                    if (number != taken)
                        Assert.Fail($"message {taken} arrived as {number}");
                    BinaryPrimitives.WriteInt32LittleEndian(buffer, ~number);
                    device.Push(chain.Head, 4);
                    taken++;
                    if (device.ShouldNotify())
                        ring.Set();
                }
            }
            while (device.EnableNotifications());

            if (taken < messages && !doorbell.WaitOne(Bound))
                Assert.Fail($"asleep with {taken} taken");
        }
    }

    private static int Word(Rig rig, int place) => BinaryPrimitives.ReadInt32LittleEndian(rig.BytesOf(rig.Buffer(place)));
}
