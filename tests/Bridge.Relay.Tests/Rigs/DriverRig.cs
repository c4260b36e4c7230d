using Bridge.Link;
using Bridge.Link.Frames.Device;
using Bridge.Relay.Tests.Simulation;
using Bridge.Virtio;

namespace Bridge.Relay.Tests.Rigs;

/// <summary>A driver relay between a fake driver and a peer that the test plays.</summary>
internal sealed class DriverRig : IDisposable
{
    public const ulong DeviceLife = 0xD0D0, NextDeviceLife = 0xD0D1;

    private readonly QueueOffer _offer;
    private readonly ulong _offered;

    public DriverRig(int ringSize = 8, uint places = 8, uint placeSize = 256, int capacity = 4 * FrameHeader.MaximumFrame, ulong window = 1 << 16, uint? deviceRing = null, ulong offered = FakeDevice.Offered)
    {
        RingSize = ringSize;
        _offer = new QueueOffer(deviceRing ?? (uint)ringSize, places, placeSize);
        _offered = offered;
        Driver = new FakeDriver(window);
        Relay = new DriverRelay("dev", Driver, Time, Log);
        Peer = new PeerLane(Relay, capacity);
    }

    public int RingSize { get; }

    /// <summary>Virtio id of the device.</summary>
    public ushort DeviceId { get; init; } = DeviceTable.Rpmsg;

    /// <summary>How many queues the device has.</summary>
    public int Queues { get; init; } = 2;

    public QueueOffer[] Offers => [.. Enumerable.Repeat(_offer, Queues)];

    public VirtualTime Time { get; } = new();

    public CapturedLog Log { get; } = new();

    public FakeDriver Driver { get; }

    public DriverRelay Relay { get; }

    public PeerLane Peer { get; }

    public uint Epoch => Relay.ReadStatus().Epoch;

    public RelayCounters Counters => Relay.Counters;

    public QueueStatus Queue(int index) => Relay.ReadStatus().Queues.Single(queue => queue.Index == index);

    public uint Generation(int index) => Queue(index).Generation;

    /// <summary>A new connection, on which the device side states that it knows nothing.</summary>
    public void Up(ulong deviceLife = DeviceLife)
    {
        Peer.Up();
        Give(FrameType.DeviceInfo, PeerFrames.Info(DeviceId, _offered, Offers));
        Give(FrameType.ResumeDevice, PeerFrames.Resume(0, deviceLife, 0, 0), epoch: 0);
        Pump();
    }

    /// <summary>A new connection, on which the device side states where these queues stand in the present life.</summary>
    public void UpAgain(params QueueProgress[] queues)
    {
        Peer.Up();
        Give(FrameType.DeviceInfo, PeerFrames.Info(Offers));
        Give(FrameType.ResumeDevice, PeerFrames.Resume(Relay.DriverLife, DeviceLife, VirtioFeatures.Version1, (byte)FakeDriver.Running, queues));
    }

    /// <summary>Everything until the device runs. Frames sent so far are forgotten.</summary>
    public DriverRig Run(ulong features = VirtioFeatures.Version1)
    {
        Up();
        Relay.Reset();
        Pump();
        Give(FrameType.DeviceStatus, PeerFrames.Status(0, Relay.DriverLife));
        Pump();
        Driver.Start(features, RingSize, Queues);
        Pump();
        Peer.Take();
        return this;
    }

    public void Pump() => Relay.Pump();

    /// <summary>Pumps and reads what that sent.</summary>
    public List<Frame> PumpAndTake()
    {
        Pump();
        return Peer.Take();
    }

    public void Give(FrameType type, byte[] payload, uint? epoch = null) => Peer.Give(type, epoch ?? Epoch, payload);

    /// <summary>USED elements for queue 0.</summary>
    public void GiveUsed(ulong first, params byte[][] elements) => Give(FrameType.Used, PeerFrames.Used(0, Generation(0), first, elements));

    /// <summary>The frame is refused with that reason.</summary>
    public LinkProtocolException Refuses(CloseReason reason, FrameType type, byte[] payload, uint? epoch = null)
    {
        LinkProtocolException fault = Assert.Throws<LinkProtocolException>(() => Give(type, payload, epoch));
        Assert.Equal(reason, fault.Reason);
        return fault;
    }

    /// <summary>The frame is refused with that reason, and no byte of the driver's window changes.</summary>
    public LinkProtocolException RefusesWhole(CloseReason reason, FrameType type, byte[] payload, uint? epoch = null)
    {
        byte[] before = Driver.Snapshot();
        RelayStatus status = Relay.ReadStatus();
        LinkProtocolException fault = Refuses(reason, type, payload, epoch);
        Assert.True(before.AsSpan().SequenceEqual(Driver.Snapshot()), "the driver's window changed");
        Assert.Equal(status.Queues, Relay.ReadStatus().Queues);
        return fault;
    }

    public void Dispose() => Driver.Dispose();
}
