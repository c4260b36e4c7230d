using Bridge.Link;
using Bridge.Link.Frames.Device;
using Bridge.Relay.Tests.Rigs;
using Bridge.Virtio;

namespace Bridge.Relay.Tests;

/// <summary>
/// A software IOMMU by construction (DESIGN 3): whatever a peer gateway sends, no byte of the driver's window changes but in writable segments of
/// outstanding chains and in the used rings, and the driver never finds a used element that it has to call a fault.
/// </summary>
public sealed class HostilePeerWindowTests
{
    private const int Seeds = 40;
    private const int FramesPerSeed = 600;

    private static readonly FrameType[] Types =
    [
        FrameType.Used, FrameType.Used, FrameType.Used, FrameType.Used, FrameType.UsedMore, FrameType.UsedMore, FrameType.DeviceStatus, FrameType.EventConfiguration,
        FrameType.DeviceInfo, FrameType.ResumeDevice, FrameType.Posted, FrameType.SetVirtqueue,
    ];

    [Fact]
    public void AnyFrames_ChangeNothingButLentBuffersAndUsedRings()
    {
        int applied = 0, refused = 0;
        for (int seed = 0; seed < Seeds; seed++)
        {
            var session = new Session(seed);
            session.Run();
            (applied, refused) = (applied + session.Applied, refused + session.Refused);
            session.Dispose();
        }

        // Both kinds were frequent: the peer got through to the buffers, and was stopped.
        Assert.True(applied > Seeds * FramesPerSeed / 20, $"{applied} used elements");
        Assert.True(refused > Seeds * FramesPerSeed / 20, $"{refused} refused frames");
    }

    private sealed class Session(int seed) : IDisposable
    {
        private readonly Random _random = new(seed);
        private readonly DriverRig _rig = new(ringSize: 16, places: 12, placeSize: 512, PeerLane.SmallCapacity, window: 3 << 14);
        private readonly Dictionary<(int Queue, ushort Head), LentChain> _lent = [];
        private ulong _posted, _used;
        private (ulong Sequence, ulong Offset)? _open;

        public int Applied { get; private set; }

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
            if (_rig.Driver.ResetDemands.Count > 0)
                Restart();
            Lend();
            _rig.Pump();
            _rig.Peer.Take();
            ReadCursors();
            FrameType type = Types[_random.Next(Types.Length)];
            byte[] payload = Valid(type);
            uint epoch = _rig.Epoch;
            FrameMutation.Mutate(_random, numbers: 80, ref payload, ref epoch, ref type);
            byte[] before = _rig.Driver.Snapshot();
            try
            {
                _rig.Peer.Give(type, epoch, payload);
            }
            catch (LinkProtocolException)
            {
                Refused++;
                Reconnect();
            }

            _rig.Pump();
            string? wrong = Outside(before, _rig.Driver.Snapshot());
            Assert.True(wrong is null, $"seed {seed}, frame {step} ({type}): {wrong}");
            TakeUsed(step);
        }

        /// <summary>Where a well-behaved peer would go on.</summary>
        private void ReadCursors()
        {
            QueueStatus queue = _rig.Relay.ReadStatus().Queues.FirstOrDefault(q => q.Index == 0) ?? new QueueStatus(0, 0, 0, 0, 0, 0, null);
            (_posted, _used) = (queue.Posted, queue.Used);
        }

        private byte[] Valid(FrameType type)
        {
            uint generation = _rig.Relay.ReadStatus().Queues is [{ } first, ..] ? first.Generation : 0;
            switch (type)
            {
                case FrameType.Used:
                    var elements = new List<byte[]>();
                    for (int i = _random.Next(1, 4); i > 0; i--)
                        elements.Add(Element(last: i == 1));
                    return PeerFrames.Used(0, generation, _used, [.. elements]);
                case FrameType.UsedMore:
                    (ulong sequence, ulong offset) = _open ?? (_used, 8);
                    int length = _random.Next(1, 64);
                    _open = (sequence, offset + (ulong)length);
                    return PeerFrames.More(0, generation, sequence, offset, PeerFrames.Bytes(length));
                case FrameType.DeviceStatus:
                    return PeerFrames.Status((byte)(_random.Next(20) == 0 ? DeviceStatus.NeedsReset : FakeDriver.Running), _rig.Relay.DriverLife);
                case FrameType.EventConfiguration:
                    return PeerFrames.Configuration((uint)_random.Next(), PeerFrames.Bytes(_random.Next(64)));
                case FrameType.DeviceInfo:
                    return PeerFrames.Info(_rig.Offers);
                case FrameType.ResumeDevice:
                    return PeerFrames.Resume(_rig.Relay.DriverLife, DriverRig.DeviceLife, 0, 0, new QueueProgress(0, generation, _posted, _used));
                default:
                    return PeerFrames.Posted(0, generation, _used, 0, []);
            }
        }

        private byte[] Element(bool last)
        {
            // Any of the chains that may be outstanding, and about as many bytes as it may have lent.
            ulong chain = _posted == 0 ? 0 : _posted - 1 - (ulong)_random.Next((int)Math.Min(_posted, 12));
            byte[] bytes = PeerFrames.Bytes(_random.Next(48), _random.Next());
            bool cut = last && _random.Next(6) == 0;
            if (cut)
                _open = (_used, (ulong)bytes.Length);
            return PeerFrames.Element(chain, (uint)bytes.Length, bytes, cut ? (uint)(bytes.Length + _random.Next(1, 64)) : null);
        }

        /// <summary>Closes the connection as a fault does; the next one states the truth, or something else.</summary>
        private void Reconnect()
        {
            _open = null;
            _rig.Peer.Down();
            _rig.Peer.Up();
            try
            {
                _rig.Give(FrameType.DeviceInfo, PeerFrames.Info(_rig.Offers));
                QueueProgress[] queues = [.. _rig.Relay.ReadStatus().Queues.Select(queue => new QueueProgress(
                    (ushort)queue.Index, queue.Generation, queue.Posted - (ulong)_random.Next(2), queue.Used + (ulong)(_random.Next(8) == 0 ? 1 : 0)))];
                _rig.Give(FrameType.ResumeDevice, PeerFrames.Resume(_rig.Relay.DriverLife, DriverRig.DeviceLife, 0, (byte)FakeDriver.Running, queues));
            }
            catch (LinkProtocolException)
            {
                _rig.Peer.Down();
            }
        }

        /// <summary>The driver starts anew, because the relay asked for it.</summary>
        private void Restart()
        {
            _rig.Driver.ResetDemands.Clear();
            _lent.Clear();
            _open = null;
            _rig.Relay.Reset();
            _rig.Pump();
            if (_rig.Relay.Live)
                _rig.Give(FrameType.DeviceStatus, PeerFrames.Status(0, _rig.Relay.DriverLife));
            _rig.Pump();
            _rig.Driver.Start(ringSize: _rig.RingSize);
        }

        private void Lend()
        {
            for (int queue = 0; queue < 2; queue++)
            {
                while (_rig.Driver.Queues[queue].FreeDescriptors >= 4 && _random.Next(3) > 0)
                {
                    uint[] writable = [.. Enumerable.Range(0, _random.Next(1, 3)).Select(_ => (uint)_random.Next(0, 50))];
                    LentChain lent = _rig.Driver.Lend(queue, _random.Next(3) == 0 ? [(uint)_random.Next(1, 30)] : [], writable);
                    _lent.Add((queue, lent.Head), lent);
                }
            }

            // Buffers are never used twice in one life, so that a late write is noticed; when they run out the driver resets.
            if (_rig.Driver.BuffersLeft < 4096)
                Restart();
        }

        private void TakeUsed(int step)
        {
            for (int queue = 0; queue < 2; queue++)
            {
                try
                {
                    while (_rig.Driver.Queues[queue].TryTakeUsed(out UsedElement used))
                    {
                        Applied++;
                        Assert.True(_lent.Remove((queue, used.Head)), $"seed {seed}, frame {step}: queue {queue} used chain {used.Head} twice");
                    }
                }
                catch (RingFaultException fault)
                {
                    Assert.Fail($"seed {seed}, frame {step}: queue {queue}: {fault.Message}");
                }
            }
        }

        /// <summary>The first byte that changed where nothing may change; null if there is none.</summary>
        private string? Outside(byte[] before, byte[] after)
        {
            foreach (LentChain chain in _lent.Values)
            {
                foreach (Segment segment in chain.Writable)
                    Forget(segment.Address, segment.Length);
            }

            foreach (RingLayout layout in _rig.Driver.Layouts)
                Forget(layout.Used, RingLayout.UsedLength(layout.Size));
            int same = before.AsSpan().CommonPrefixLength(after);
            return same == before.Length ? null : $"byte 0x{same:x} of the window changed";

            void Forget(ulong address, ulong length)
            {
                int at = (int)(address - FakeDriver.Base);
                before.AsSpan(at, (int)length).CopyTo(after.AsSpan(at));
            }
        }
    }
}
