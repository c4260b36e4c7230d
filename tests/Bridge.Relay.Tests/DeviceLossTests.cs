using Bridge.Link;
using Bridge.Link.Frames.Device;
using Bridge.Relay.Tests.Rigs;
using Bridge.Virtio;
using Microsoft.Extensions.Logging.Abstractions;

namespace Bridge.Relay.Tests;

/// <summary>A device that is known late, or lost with the chains it had: what its successor gets, and what the driver is told, by the device table.</summary>
public sealed class DeviceLossTests
{
    private const uint Epoch = 77, Generation = 5;
    private const ulong Life = 0x11FE;

    [Fact]
    public void Restart_OfABlockDevice_RepeatsWhatWasNotAnsweredInItsOrder()
    {
        using Rig rig = new(DeviceTable.Block, 16);
        rig.Run();
        rig.Post(0, Enumerable.Range(0, 5).Select(i => PeerFrames.Chain([16], [1], PeerFrames.Bytes(16, i))));
        Chain[] taken = rig.TakeAll(0);
        Assert.Equal(5, taken.Length);
        // Out of order, and unseen by the relay until the restart: it counts all the same.
        rig.Device.Use(0, taken[3], [0]);
        rig.Restart();

        Assert.Equal([0, 1, 2, 4], rig.TakeAll(0).Select(chain => Array.FindIndex(Rig.Texts(5), text => text.SequenceEqual(rig.Device.Read(chain)))));
        Assert.Equal((4, 0, 1), (rig.Relay.Counters.Repeated, rig.Relay.Counters.Forfeited, rig.Relay.Counters.Used));
    }

    [Fact]
    public void Restart_OfANetworkCard_LendsBuffersAgainAndLosesFramesOnTheirWay()
    {
        using Rig rig = new(DeviceTable.Network, 8, 8);
        rig.Run();
        rig.Post(0, [PeerFrames.Chain([], [64], [])]);
        rig.Post(1, [PeerFrames.Chain([20], [], PeerFrames.Bytes(20)), PeerFrames.Chain([20], [], PeerFrames.Bytes(20, 2))]);
        rig.TakeAll(0);
        rig.TakeAll(1);
        rig.Peer.Take();
        rig.Restart();

        Assert.Single(rig.TakeAll(0));
        Assert.Empty(rig.TakeAll(1));
        Assert.Equal((1, 2), (rig.Relay.Counters.Repeated, rig.Relay.Counters.Forfeited));
        Frame used = Assert.Single(rig.Peer.Take(), frame => frame.Type == FrameType.Used);
        Assert.Equal((ushort)2, UsedPayload.Read(used.Payload).Count);
    }

    [Fact]
    public void Restart_OfAScsiHost_FailsCommandsAndRepeatsTheRest()
    {
        using Rig rig = new(DeviceTable.Scsi, 8, 8, 8);
        rig.Run();
        rig.Post(0, [PeerFrames.Chain([24], [1], PeerFrames.Bytes(24))]);
        rig.Post(2, [PeerFrames.Chain([51], [108], PeerFrames.Bytes(51))]);
        rig.TakeAll(0);
        rig.TakeAll(2);
        rig.Peer.Take();
        rig.Restart();

        Assert.Single(rig.TakeAll(0));
        Assert.Empty(rig.TakeAll(2));
        Frame used = Assert.Single(rig.Peer.Take(), frame => frame.Type == FrameType.Used);
        UsedEntry entry = UsedEntry.Read(used.Payload.AsSpan(UsedPayload.Size));
        Assert.Equal((12u, 12u), (entry.Reported, entry.Written));
        // VIRTIO_SCSI_S_TRANSPORT_FAILURE in `response`, GOOD and no sense data in the rest.
        Assert.Equal("000000000000000000000006", Convert.ToHexString(used.Payload.AsSpan(UsedPayload.Size + UsedEntry.Size)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Suspend_OfAScsiHost_KeepsNewCommandsForTheNext(bool restart)
    {
        using Rig rig = new(DeviceTable.Scsi, 8, 8, 8);
        rig.Run();
        rig.Device.Relay!.Suspend();
        rig.Post(2, [PeerFrames.Chain([51], [108], PeerFrames.Bytes(51))]);
        Assert.Empty(rig.TakeAll(2));
        if (restart)
            rig.Restart();
        else
            rig.Device.Relay.Resume();
        rig.Relay.Pump();
        Assert.Single(rig.TakeAll(2));
        Assert.Equal((0, 0), (rig.Relay.Counters.Repeated, rig.Relay.Counters.Forfeited));
    }

    [Fact]
    public void Restart_OfABrokenRing_LeavesItBroken()
    {
        using Rig rig = new(DeviceTable.Block, 8);
        rig.Run();
        rig.Post(0, [PeerFrames.Chain([16], [1], PeerFrames.Bytes(16))]);
        rig.TakeAll(0);
        BitConverter.TryWriteBytes(rig.Device.Window!.GetSpan(rig.Device.Layouts[0].Used + 2, 2), (ushort)9);
        rig.Restart();
        Assert.NotNull(rig.Relay.ReadStatus().Queues[0].Fault);
        Assert.Equal(0, rig.Relay.Counters.Repeated);
    }

    [Fact]
    public void Offer_ThatComesLate_IsTakenThenAndNothingBefore()
    {
        var port = new LatePort(new FakeDevice(8, 8));
        using var relay = new DeviceRelay("dev", port, new PoolOptions(), TimeProvider.System, NullLogger.Instance);
        var peer = new PeerLane(relay);
        peer.Up();
        relay.Pump();
        Assert.Empty(peer.Take());
        peer.Give(FrameType.ResumeDriver, Epoch, PeerFrames.Resume(Life, 0, 0, 0));
        Assert.False(relay.Live);
        Assert.Throws<LinkProtocolException>(() => peer.Give(FrameType.SetDeviceStatus, Epoch, PeerFrames.Status(15, Life)));

        port.IsKnown = true;
        relay.Pump();
        Assert.Equal([FrameType.DeviceInfo, FrameType.ResumeDevice], peer.Take().Select(frame => frame.Type));
        Assert.True(relay.Live);
    }

    [Fact]
    public void Start_WithoutMemory_SaysThatTheDeviceNeedsAReset()
    {
        var port = new LatePort(new FakeDevice(8)) { IsKnown = true, HasNoMemory = true };
        using var relay = new DeviceRelay("dev", port, new PoolOptions(), TimeProvider.System, NullLogger.Instance);
        var peer = new PeerLane(relay);
        Rig.Begin(relay, peer, 1);
        Assert.Equal(DeviceStatus.NeedsReset, relay.Status & DeviceStatus.NeedsReset);
    }

    [Fact]
    public void Post_ToANetworkCard_MergesSegmentsSoThatTheRingHoldsAsManyChainsAsThereArePlaces()
    {
        using Rig rig = new(DeviceTable.Network, 8, 8);
        rig.Run();
        rig.Post(0, Enumerable.Range(0, 8).Select(_ => PeerFrames.Chain([], [12, 20, 32, 40, 1, 7, 8], [])));
        rig.Post(1, [PeerFrames.Chain([12, 20, 5], [], PeerFrames.Bytes(37))]);

        Chain[] lent = rig.TakeAll(0);
        Assert.Equal(8, lent.Length);
        Assert.All(lent, chain => Assert.Equal(120u, Assert.Single(chain.Writable.ToArray()).Length));
        Chain frame = Assert.Single(rig.TakeAll(1));
        Assert.Equal(1, frame.Readable.Length);
        Assert.Equal(PeerFrames.Bytes(37), rig.Device.Read(frame));
        rig.Peer.Take();

        rig.Device.Use(0, lent[3], PeerFrames.Bytes(50));
        rig.Relay.Pump();
        Frame used = Assert.Single(rig.Peer.Take(), one => one.Type == FrameType.Used);
        Assert.Equal(PeerFrames.Bytes(50), used.Payload.AsSpan(UsedPayload.Size + UsedEntry.Size).ToArray());
    }

    [Fact]
    public void Post_ToABlockDevice_KeepsTheDriversSegments()
    {
        using Rig rig = new(DeviceTable.Block, 8);
        rig.Run();
        rig.Post(0, [PeerFrames.Chain([16], [32, 32, 1], PeerFrames.Bytes(16))]);
        Chain chain = Assert.Single(rig.TakeAll(0));
        Assert.Equal([32u, 32u, 1u], chain.Writable.ToArray().Select(segment => segment.Length));
    }

    private sealed class LatePort(FakeDevice device) : IDevicePort
    {
        public bool IsKnown { get; set; }

        public bool HasNoMemory { get; init; }

        public DeviceOffer? Offer => IsKnown ? device.Offer : null;

        public WindowMemory CreateMemory(ulong size) => HasNoMemory ? throw new IOException("none") : new HeapMemory(size);

        public void Start(ulong features, Window window, IReadOnlyList<RingLayout> queues, IDeviceRelay relay) => device.Start(features, window, queues, relay);

        public void Stop() => device.Stop();

        public void OnAvailable(int queue) => device.OnAvailable(queue);

        public bool Pump() => false;
    }

    private sealed class Rig : IDisposable
    {
        private readonly int _queues;

        public Rig(ushort id, params int[] rings)
        {
            _queues = rings.Length;
            Device = new FakeDevice(rings);
            Device.Offer = Device.Offer with { DeviceId = id };
            Relay = new DeviceRelay("dev", Device, new PoolOptions(8, 256), TimeProvider.System, NullLogger.Instance);
            Peer = new PeerLane(Relay);
        }

        public FakeDevice Device { get; }

        public DeviceRelay Relay { get; }

        public PeerLane Peer { get; }

        public static void Begin(DeviceRelay relay, PeerLane peer, int queues)
        {
            peer.Up();
            peer.Give(FrameType.ResumeDriver, Epoch, PeerFrames.Resume(Life, 0, 0, 0));
            peer.Give(FrameType.SetDeviceStatus, Epoch, PeerFrames.Status(0, Life));
            peer.Give(FrameType.SetDriverFeatures, Epoch, PeerFrames.Features(VirtioFeatures.Version1));
            for (ushort i = 0; i < queues; i++)
                peer.Give(FrameType.SetVirtqueue, Epoch, PeerFrames.SetQueue(i, Generation));
            peer.Give(FrameType.SetDeviceStatus, Epoch, PeerFrames.Status(15, Life));
            relay.Pump();
        }

        public void Run() => Begin(Relay, Peer, _queues);

        public void Post(ushort queue, IEnumerable<byte[]> chains)
        {
            Peer.Give(FrameType.Posted, Epoch, PeerFrames.Posted(queue, Generation, 0, 0, [.. chains]));
            Relay.Pump();
        }

        public Chain[] TakeAll(int queue)
        {
            var taken = new List<Chain>();
            while (Device.Take(queue) is { } chain)
                taken.Add(chain);
            return [.. taken];
        }

        public static byte[][] Texts(int count) => [.. Enumerable.Range(0, count).Select(i => PeerFrames.Bytes(16, i))];

        /// <summary>As a port does it: in its pump, and its successor begins with the rings as they are then.</summary>
        public void Restart()
        {
            Device.Pumped = () =>
            {
                Device.Pumped = null;
                Device.Relay!.Restart();
                Device.Start(Device.Features!.Value, Device.Window!, Device.Layouts, Device.Relay);
            };
            Relay.Pump();
        }

        public void Dispose() => Relay.Dispose();
    }
}
