using Bridge.Link;
using Bridge.Link.Frames.Device;
using Bridge.Relay.Tests.Rigs;
using Bridge.Virtio;

namespace Bridge.Relay.Tests;

/// <summary>Whatever a peer gateway sends, the local device finds well-formed rings, never more chains than places, and segments that lie apart in the pool.</summary>
public sealed class HostilePeerDeviceTests
{
    private const int Seeds = 40;
    private const int FramesPerSeed = 600;
    private const int Places = 6;
    private const int PlaceSize = 128;

    private static readonly FrameType[] Types =
    [
        FrameType.Posted, FrameType.Posted, FrameType.Posted, FrameType.Posted, FrameType.PostedMore, FrameType.PostedMore, FrameType.SetDeviceStatus, FrameType.SetVirtqueue,
        FrameType.SetDriverFeatures, FrameType.ResumeDriver, FrameType.Used,
    ];

    [Fact]
    public void AnyFrames_LeaveTheDeviceWithWellFormedRings()
    {
        int taken = 0, refused = 0;
        for (int seed = 0; seed < Seeds; seed++)
        {
            using var session = new Session(seed);
            session.Run();
            (taken, refused) = (taken + session.Taken, refused + session.Refused);
        }

        Assert.True(taken > Seeds * FramesPerSeed / 20, $"{taken} chains taken");
        Assert.True(refused > Seeds * FramesPerSeed / 20, $"{refused} refused frames");
    }

    private sealed class Session(int seed) : IDisposable
    {
        private readonly Random _random = new(seed);
        private readonly DeviceRig _rig = new(ringSize: 8, Places, PlaceSize, PeerLane.SmallCapacity);
        private readonly List<(int Queue, Chain Chain)> _held = [];
        private ulong _posted, _used;

        public int Taken { get; private set; }

        public int Refused { get; private set; }

        public void Run()
        {
            _rig.Run();
            for (int i = 0; i < FramesPerSeed; i++)
                Step(i);
        }

        public void Dispose() => _rig.Dispose();

        private void Step(int step)
        {
            if (_rig.Device.Queues.Length == 0 || (_rig.Relay.Status & DeviceStatus.NeedsReset) != 0)
                Restart();
            QueueStatus queue = _rig.Queue(1);
            (_posted, _used) = (queue.Posted, queue.Used);
            FrameType type = Types[_random.Next(Types.Length)];
            byte[] payload = Valid(type);
            uint epoch = DeviceRig.Epoch;
            FrameMutation.Mutate(_random, numbers: 200, ref payload, ref epoch, ref type);
            try
            {
                _rig.Give(type, payload, epoch);
            }
            catch (LinkProtocolException)
            {
                Refused++;
                Restart();
            }

            _rig.PumpAndTake();
            Look(step);
        }

        private byte[] Valid(FrameType type)
        {
            switch (type)
            {
                case FrameType.Posted:
                    var chains = new List<byte[]>();
                    for (int i = _random.Next(1, 3); i > 0; i--)
                    {
                        uint[] readable = [.. Enumerable.Range(0, _random.Next(1, 3)).Select(_ => (uint)_random.Next(0, 40))];
                        byte[] bytes = PeerFrames.Bytes((int)readable.Sum(length => length), _random.Next());
                        chains.Add(PeerFrames.Chain(readable, _random.Next(2) == 0 ? [] : [(uint)_random.Next(0, 40)], i == 1 && _random.Next(6) == 0 ? bytes[..(bytes.Length / 2)] : bytes));
                    }

                    return PeerFrames.Posted(1, DeviceRig.Generation, _posted, _used, [.. chains]);
                case FrameType.PostedMore:
                    return PeerFrames.More(1, DeviceRig.Generation, _posted, (ulong)_random.Next(0, 40), PeerFrames.Bytes(_random.Next(1, 40)));
                case FrameType.SetDeviceStatus:
                    return PeerFrames.Status((byte)FakeDriver.Running, DeviceRig.Life);
                case FrameType.SetVirtqueue:
                    return PeerFrames.SetQueue((ushort)_random.Next(3), (uint)_random.Next(3));
                case FrameType.SetDriverFeatures:
                    return PeerFrames.Features(VirtioFeatures.Version1);
                case FrameType.ResumeDriver:
                    return PeerFrames.Resume(DeviceRig.Life, 0, 0, 0, new QueueProgress(1, DeviceRig.Generation, _posted, _used));
                default:
                    return PeerFrames.Used(1, DeviceRig.Generation, 0, []);
            }
        }

        private void Restart()
        {
            _rig.Peer.Down();
            _rig.Up();
            _rig.Begin();
            _rig.PumpAndTake();
            _held.Clear();
        }

        /// <summary>The device takes what is there, looks at it and gives some back.</summary>
        private void Look(int step)
        {
            if (_rig.Device.Queues.Length == 0)
            {
                _held.Clear();
                return;
            }

            try
            {
                for (int queue = 0; queue < 2; queue++)
                {
                    while (_rig.Device.Take(queue) is { } chain)
                    {
                        Taken++;
                        _held.Add((queue, chain));
                    }
                }
            }
            catch (RingFaultException fault)
            {
                Assert.Fail($"seed {seed}, frame {step}: {fault.Message}");
            }

            Assert.True(_held.Count(held => held.Queue == 1) <= Places, $"seed {seed}, frame {step}: {_held.Count} chains in {Places} places");
            AssertApart(step);
            while (_held.Count > 0 && _random.Next(3) > 0)
            {
                int i = _random.Next(_held.Count);
                _rig.Device.Use(_held[i].Queue, _held[i].Chain, []);
                _held.RemoveAt(i);
            }
        }

        private void AssertApart(int step)
        {
            var segments = new List<Segment>();
            foreach ((int _, Chain chain) in _held)
            {
                Assert.True(chain.ReadableLength + chain.WritableLength <= PlaceSize, $"seed {seed}, frame {step}: a chain of {chain.ReadableLength + chain.WritableLength} bytes");
                segments.AddRange(chain.Readable);
                segments.AddRange(chain.Writable);
            }

            foreach (RingLayout layout in _rig.Device.Layouts)
                segments.Add(new Segment(layout.Descriptors, (uint)(layout.Used + RingLayout.UsedLength(layout.Size) - layout.Descriptors)));
            Segment[] sorted = [.. segments.Where(segment => segment.Length > 0).OrderBy(segment => segment.Address)];
            for (int i = 1; i < sorted.Length; i++)
                Assert.True(sorted[i - 1].Address + sorted[i - 1].Length <= sorted[i].Address, $"seed {seed}, frame {step}: {sorted[i - 1]} overlaps {sorted[i]}");
        }
    }
}
