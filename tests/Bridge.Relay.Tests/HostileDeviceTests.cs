using Bridge.Link;
using Bridge.Link.Frames.Device;
using Bridge.Relay.Tests.Rigs;
using Bridge.Virtio;

namespace Bridge.Relay.Tests;

/// <summary>A local device that breaks its used ring stops that queue; the driver side hears DEVICE_NEEDS_RESET, and other queues go on.</summary>
public sealed class HostileDeviceTests
{
    private static byte[] Chain(int length = 16) => PeerFrames.Chain([(uint)length], [32], PeerFrames.Bytes(length));

    /// <summary>Writes a used element past the fake device's own queue.</summary>
    private static void Use(DeviceRig rig, int queue, uint id, uint length, ushort index = 1)
    {
        RingLayout layout = rig.Device.Layouts[queue];
        Span<byte> entry = rig.Device.Window!.GetSpan(layout.Used + 4 + 8 * (ulong)((index - 1) % layout.Size), 8);
        BitConverter.TryWriteBytes(entry, id);
        BitConverter.TryWriteBytes(entry[4..], length);
        BitConverter.TryWriteBytes(rig.Device.Window!.GetSpan(layout.Used + 2, 2), index);
    }

    [Theory]
    [InlineData("UsedIdOutOfRange")]
    [InlineData("UsedIdNotOutstanding")]
    [InlineData("UsedIndexJump")]
    public void Used_Impossible_StopsTheQueueAndTellsTheDriverSideOnce(string fault)
    {
        using DeviceRig rig = new DeviceRig().Run();
        rig.GivePosted(0, 0, Chain());
        rig.Give(FrameType.Posted, PeerFrames.Posted(0, DeviceRig.Generation, 0, 0, [Chain()]));
        rig.PumpAndTake();
        (uint id, ushort index) = fault switch
        {
            "UsedIdOutOfRange" => (8u, (ushort)1),
            "UsedIdNotOutstanding" => (5u, (ushort)1),
            _ => (0u, (ushort)2),
        };
        Use(rig, 1, id, 0, index);

        Frame told = Assert.Single(rig.PumpAndTake());
        Assert.Equal((FrameType.DeviceStatus, DeviceRig.Epoch), (told.Type, told.Epoch));
        Assert.Equal(new DeviceStatusPayload((byte)(FakeDriver.Running | DeviceStatus.NeedsReset), DeviceRig.Life), DeviceStatusPayload.Read(told.Type, told.Payload));
        Assert.Contains(fault, Assert.Single(rig.Log.Of("QueueBroken")), StringComparison.Ordinal);
        Assert.Single(rig.Log.Of("NeedsReset"));
        Assert.Equal(1, rig.Counters.BrokenQueues);
        Assert.NotNull(rig.Queue(1).Fault);
        Assert.Empty(rig.PumpAndTake());

        // What the driver side goes on posting there is held, within the credit; queue 0 works.
        rig.GivePosted(1, 0, Chain());
        rig.Device.Use(0, rig.Device.Take(0)!, PeerFrames.Bytes(4));
        Frame used = Assert.Single(rig.PumpAndTake());
        Assert.Equal(0, UsedPayload.Read(used.Payload).Queue);

        rig.Begin();
        Assert.Null(rig.Queue(1).Fault);
        Assert.Equal((2, 1), (rig.Device.Starts, rig.Device.Stops));
    }

    [Fact]
    public void NeedsReset_OfTheDevice_TravelsToTheDriversPort()
    {
        // The two relays back to back.
        using DriverRig driver = new DriverRig().Run();
        using DeviceRig device = new DeviceRig().Run();
        device.Device.Relay!.NeedsReset("it is on fire");
        device.Device.Relay.NeedsReset("still");
        Frame told = Assert.Single(device.PumpAndTake());
        DeviceStatusPayload status = DeviceStatusPayload.Read(told.Type, told.Payload);
        Assert.Contains("it is on fire", Assert.Single(device.Log.Of("NeedsReset")), StringComparison.Ordinal);

        driver.Give(told.Type, PeerFrames.Status(status.Status, driver.Relay.DriverLife));
        driver.Pump();
        driver.Give(told.Type, PeerFrames.Status(status.Status, driver.Relay.DriverLife));
        driver.Pump();
        Assert.Equal(["the device side says DEVICE_NEEDS_RESET"], driver.Driver.ResetDemands);
        Assert.Equal(FakeDriver.Running | DeviceStatus.NeedsReset, driver.Relay.Status);
    }

    [Fact]
    public void NeedsReset_DuringAnOutage_IsToldWhenTheLinkIsBack()
    {
        using DeviceRig rig = new DeviceRig().Run();
        rig.Peer.Down();
        rig.Device.Relay!.NeedsReset("cable fell out");
        rig.Pump();
        rig.Up(new QueueProgress(0, DeviceRig.Generation, 0, 0), new QueueProgress(1, DeviceRig.Generation, 0, 0));
        Frame told = rig.PumpAndTake().Last();
        Assert.Equal(FrameType.DeviceStatus, told.Type);
        Assert.NotEqual(0, DeviceStatusPayload.Read(told.Type, told.Payload).Status & (byte)DeviceStatus.NeedsReset);
    }

    [Fact]
    public void NeedsReset_BeforeAnyDriver_IsNobodysBusiness()
    {
        using DeviceRig rig = new();
        rig.Relay.NeedsReset("early");
        rig.Up();
        Assert.DoesNotContain(rig.PumpAndTake(), frame => frame.Type == FrameType.DeviceStatus);
    }

    [Fact]
    public void Used_OverstatedLength_SendsNoMoreThanTheChainLent()
    {
        using DeviceRig rig = new DeviceRig().Run();
        rig.GivePosted(0, 0, Chain());
        rig.Pump();
        rig.Device.Use(1, rig.Device.Take(1)!, PeerFrames.Bytes(32), reported: uint.MaxValue);
        Frame used = Assert.Single(rig.PumpAndTake());
        Assert.Equal(new UsedEntry(0, uint.MaxValue, 32), UsedEntry.Read(used.Payload.AsSpan(UsedPayload.Size)));
        Assert.Equal(PeerFrames.Bytes(32), used.Payload[(UsedPayload.Size + UsedEntry.Size)..]);
    }

    [Fact]
    public void Device_WithoutARow_IsRefusedWhenTheRelayIsMade()
    {
        var device = new FakeDevice(8, 8);
        device.Offer = device.Offer with { DeviceId = 16 };
        NotSupportedException refused = Assert.Throws<NotSupportedException>(() => new DeviceRelay("dev", device, new PoolOptions(), TimeProvider.System, new CapturedLog()));
        Assert.Contains("virtio device 16 (gpu) cannot be bridged", refused.Message, StringComparison.Ordinal);
    }
}
