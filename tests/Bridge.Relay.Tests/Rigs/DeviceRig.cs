using Bridge.Link;
using Bridge.Link.Frames.Device;
using Bridge.Relay.Tests.Simulation;
using Bridge.Virtio;

namespace Bridge.Relay.Tests.Rigs;

/// <summary>A device relay between a fake device and a peer that the test plays.</summary>
internal sealed class DeviceRig : IDisposable
{
    public const uint Epoch = 77;
    public const ulong Life = 0x11FE;
    public const uint Generation = 5;

    private readonly uint _driverRing;

    public DeviceRig(int ringSize = 8, int places = 8, int placeSize = 256, int capacity = 4 * FrameHeader.MaximumFrame, Func<DeviceOffer, DeviceOffer>? offer = null, uint? driverRing = null)
    {
        _driverRing = driverRing ?? (uint)ringSize;
        Device = new FakeDevice(ringSize, ringSize);
        Device.Offer = offer?.Invoke(Device.Offer) ?? Device.Offer;
        Relay = new DeviceRelay("dev", Device, new PoolOptions(places, placeSize), Time, Log);
        Peer = new PeerLane(Relay, capacity);
    }

    public VirtualTime Time { get; } = new();

    public CapturedLog Log { get; } = new();

    public FakeDevice Device { get; }

    public DeviceRelay Relay { get; }

    public PeerLane Peer { get; }

    public RelayCounters Counters => Relay.Counters;

    public QueueStatus Queue(int index) => Relay.ReadStatus().Queues.Single(queue => queue.Index == index);

    /// <summary>A new connection, on which the driver side states its life and where its queues stand.</summary>
    public void Up(params QueueProgress[] queues)
    {
        Peer.Up();
        Give(FrameType.ResumeDriver, PeerFrames.Resume(Life, 0, VirtioFeatures.Version1, (byte)FakeDriver.Running, queues));
    }

    /// <summary>The driver side begins its life and sets both queues; the device runs if the features are those it offers.</summary>
    public void Begin(ulong features = VirtioFeatures.Version1)
    {
        Give(FrameType.SetDeviceStatus, PeerFrames.Status(0, Life));
        Give(FrameType.SetDriverFeatures, PeerFrames.Features(features));
        Give(FrameType.SetVirtqueue, PeerFrames.SetQueue(0, Generation, _driverRing));
        Give(FrameType.SetVirtqueue, PeerFrames.SetQueue(1, Generation, _driverRing));
        Give(FrameType.SetDeviceStatus, PeerFrames.Status((byte)FakeDriver.Running, Life));
    }

    /// <summary>Everything until the device runs. Frames sent so far are forgotten.</summary>
    public DeviceRig Run()
    {
        Up();
        Begin();
        Pump();
        Peer.Take();
        return this;
    }

    public void Pump() => Relay.Pump();

    public List<Frame> PumpAndTake()
    {
        Pump();
        return Peer.Take();
    }

    public void Give(FrameType type, byte[] payload, uint epoch = Epoch) => Peer.Give(type, epoch, payload);

    /// <summary>POSTED chains for queue 1.</summary>
    public void GivePosted(ulong first, ulong confirmed, params byte[][] chains) => Give(FrameType.Posted, PeerFrames.Posted(1, Generation, first, confirmed, chains));

    /// <summary>The frame is refused with that reason.</summary>
    public LinkProtocolException Refuses(CloseReason reason, FrameType type, byte[] payload, uint epoch = Epoch)
    {
        LinkProtocolException fault = Assert.Throws<LinkProtocolException>(() => Give(type, payload, epoch));
        Assert.Equal(reason, fault.Reason);
        return fault;
    }

    /// <summary>The frame is refused with that reason, and the device finds nothing new in its rings.</summary>
    public LinkProtocolException RefusesWhole(CloseReason reason, FrameType type, byte[] payload, uint epoch = Epoch)
    {
        RelayStatus status = Relay.ReadStatus();
        LinkProtocolException fault = Refuses(reason, type, payload, epoch);
        Pump();
        // Arming is this side's own doing: the pump does it, whatever came.
        Assert.Equal(status.Queues.Select(queue => queue with { Armed = true }), Relay.ReadStatus().Queues.Select(queue => queue with { Armed = true }));
        for (int i = 0; i < Device.Queues.Length; i++)
            Assert.Null(Device.Take(i));
        return fault;
    }

    public void Dispose() => Relay.Dispose();
}
