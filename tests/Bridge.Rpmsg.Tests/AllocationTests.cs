using Bridge.Virtio;

namespace Bridge.Rpmsg.Tests;

/// <summary>Nothing is allocated per message once everything has grown to its size.</summary>
public class AllocationTests
{
    private sealed class Taker : IRpmsgHandler
    {
        public int Messages { get; private set; }

        public void OnAnnounced(string name, uint address)
        {
        }

        public void OnWithdrawn(string name, uint address)
        {
        }

        public bool OnMessage(RpmsgEndpoint endpoint, uint source, ReadOnlySpan<byte> payload)
        {
            Messages++;
            return true;
        }

        public void OnFlow(in FlowMessage message) => Messages++;

        public bool OnAssigned(RpmsgEndpoint endpoint, uint destination) => true;

        public void OnFreed(RpmsgEndpoint endpoint, uint destination)
        {
        }
    }

    [Theory]
    [InlineData(RpmsgFeatures.Flow | VirtioFeatures.Version1)]
    [InlineData(RpmsgFeatures.Flow | VirtioFeatures.Version1 | VirtioFeatures.EventIndex)]
    [InlineData(RpmsgFeatures.Flow)]
    public void PingPong_WithCredits_AllocatesNothing(ulong features)
    {
        using var pair = new RingPair(features: features);
        var taker = new Taker();
        var driver = new RpmsgBus(pair.Options, taker);
        var device = new RpmsgBus(pair.Options, taker);
        driver.Attach(pair.Driver, features);
        device.Attach(pair.Device, features);
        uint there = driver.CreateEndpoint("ping").Address;
        uint here = device.CreateEndpoint("pong").Address;
        byte[] payload = new byte[100];

        long allocated = Measure(() =>
        {
            Assert.True(driver.TrySend(there, here, payload));
            driver.SendFlow(new FlowMessage(FlowKind.Credit, there, here, 1));
            pair.Driver.TakeNotifications();
            device.Pump(10);
            device.Arm();
            Assert.True(device.TrySend(here, there, payload));
            pair.Device.TakeNotifications();
            driver.Pump(10);
            driver.Arm();
        });

        Assert.Equal(0, allocated);
        Assert.Equal(3 * 3000, taker.Messages);
    }

    [Fact]
    public void CreditsWhileBlocked_AllocateNothing()
    {
        using var pair = new RingPair(new RpmsgOptions(1), RpmsgFeatures.Flow);
        var taker = new Taker();
        var driver = new RpmsgBus(pair.Options, taker);
        var device = new RpmsgBus(pair.Options, taker);
        driver.Attach(pair.Driver, RpmsgFeatures.Flow);
        device.Attach(pair.Device, RpmsgFeatures.Flow);

        long allocated = Measure(() =>
        {
            for (uint i = 0; i < 4; i++)
            {
                driver.SendFlow(new FlowMessage(FlowKind.Credit, i, i, i));
            }

            while (driver.TransmitBlocked)
            {
                device.Pump(10);
                driver.Pump(10);
            }

            device.Pump(10);
        });

        Assert.Equal(0, allocated);
        Assert.Equal(4 * 3000, taker.Messages);
    }

    [Fact]
    public void UnknownAddress_AllocatesNothing()
    {
        using var pair = new RingPair();
        var bus = new RpmsgBus(pair.Options, new Taker());
        bus.Attach(pair.Device, 0);
        byte[] message = Wire.Message(1, 4711, new byte[10]);

        long allocated = Measure(() =>
        {
            Assert.True(pair.Driver.TryReserve(out Span<byte> buffer));
            message.CopyTo(buffer);
            pair.Driver.Commit(message.Length);
            bus.Pump(10);
        });

        Assert.Equal(0, allocated);
        Assert.Equal(3000, bus.Counters.UnknownAddress);
    }

    internal static long Measure(Action step)
    {
        for (int i = 0; i < 1000; i++)
        {
            step();
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 2000; i++)
        {
            step();
        }

        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
