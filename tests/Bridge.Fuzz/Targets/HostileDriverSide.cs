using Bridge.Link;
using Bridge.Link.Frames.Device;
using Bridge.Relay;
using Bridge.Relay.Tests.Rigs;
using Bridge.Virtio;

namespace Bridge.Fuzz.Targets;

/// <summary>A peer gateway with the driver side, which knows exactly where the device side stands and uses that to be almost right.</summary>
internal sealed class HostileDriverSide(DeviceRelay relay)
{
    private const uint Generation = 5;

    private static readonly FrameType[] s_types =
    [
        FrameType.Posted, FrameType.Posted, FrameType.Posted, FrameType.Posted, FrameType.PostedMore, FrameType.PostedMore, FrameType.SetDeviceStatus, FrameType.SetVirtqueue,
        FrameType.SetDriverFeatures, FrameType.ResumeDriver, FrameType.Used,
    ];

    private uint _epoch = 77;
    private ulong _life = 0x11FE;
    private (int Queue, ulong Offset)? _open;

    /// <summary>What a new connection begins with.</summary>
    public IEnumerable<(FrameType Type, uint Epoch, byte[] Payload)> Statement(FuzzRandom random)
    {
        bool truth = random.Next(4) > 0;
        QueueProgress[] queues =
        [
            .. relay.ReadStatus().Queues.Select(queue => new QueueProgress(
                (ushort)queue.Index, queue.Generation, queue.Posted + (truth ? 0 : (ulong)random.Next(3) - 1), queue.Confirmed + (truth ? 0 : (ulong)random.Next(3) - 1))),
        ];
        _open = null;
        yield return (FrameType.ResumeDriver, _epoch, PeerFrames.Resume(truth || random.OneIn(2) ? _life : random.Next64(), 0, VirtioFeatures.Version1, (byte)FakeDriver.Running, queues));
    }

    /// <summary>A new life, usually as it should be.</summary>
    public (FrameType Type, uint Epoch, byte[] Payload)[] Life(FuzzRandom random)
    {
        (_epoch, _life, _open) = (_epoch + 1, random.Next64() | 1, null);
        ulong features = random.OneIn(20) ? random.Next64() : VirtioFeatures.Version1;
        var frames = new List<(FrameType, uint, byte[])>
        {
            (FrameType.SetDeviceStatus, _epoch, PeerFrames.Status(0, _life)),
            (FrameType.SetDriverFeatures, _epoch, PeerFrames.Features(features)),
            (FrameType.SetVirtqueue, _epoch, PeerFrames.SetQueue(0, Generation)),
            (FrameType.SetVirtqueue, _epoch, PeerFrames.SetQueue(1, Generation)),
            (FrameType.SetDeviceStatus, _epoch, PeerFrames.Status((byte)FakeDriver.Running, _life)),
        };
        if (random.OneIn(8))
            frames.RemoveAt(random.Next(frames.Count));
        return [.. frames];
    }

    /// <summary>The next frame.</summary>
    public (FrameType Type, uint Epoch, byte[] Payload) Frame(FuzzRandom random)
    {
        FrameType type = random.Pick<FrameType>(s_types);
        byte[] payload = Payload(random, type);
        uint epoch = _epoch + (uint)(random.OneIn(30) ? random.Next(3) - 1 : 0);
        if (random.OneIn(25))
            type = (FrameType)random.Next(40);
        return (type, epoch, random.OneIn(2) ? payload : ByteMutation.Apply(random, payload));
    }

    private byte[] Payload(FuzzRandom random, FrameType type)
    {
        IReadOnlyList<QueueStatus> queues = relay.ReadStatus().Queues;
        QueueStatus? queue = queues.Count == 0 ? null : queues[random.Next(queues.Count)];
        (ushort index, ulong posted, ulong used) = queue is null ? ((ushort)0, 0ul, 0ul) : ((ushort)queue.Index, queue.Posted, queue.Used - (ulong)Math.Min(queue.WaitingForLink, (long)queue.Used));
        switch (type)
        {
            case FrameType.Posted:
                var chains = new byte[random.OneIn(10) ? 0 : random.Next(1, 3)][];
                for (int i = 0; i < chains.Length; i++)
                    chains[i] = Chain(random, index, last: i == chains.Length - 1);
                return PeerFrames.Posted(index, Generation, posted, used - (used > 0 && random.OneIn(4) ? 1ul : 0), chains);
            case FrameType.PostedMore:
                (int open, ulong offset) = _open ?? (index, (ulong)random.Next(40));
                int length = random.Next(1, 20);
                _open = _open is null ? null : (open, offset + (ulong)length);
                return PeerFrames.More((ushort)open, Generation, posted, offset, PeerFrames.Bytes(length));
            case FrameType.SetDeviceStatus:
                return PeerFrames.Status((byte)(random.OneIn(6) ? (DeviceStatus)random.Next(256) : FakeDriver.Running), _life);
            case FrameType.SetVirtqueue:
                return PeerFrames.SetQueue((ushort)random.Next(3), (uint)random.Next(3), (uint)random.Edge());
            case FrameType.SetDriverFeatures:
                return PeerFrames.Features(random.OneIn(4) ? random.Next64() : VirtioFeatures.Version1);
            case FrameType.ResumeDriver:
                return PeerFrames.Resume(_life, 0, 0, 0, new QueueProgress(index, Generation, posted, used));
            default:
                return PeerFrames.Used(index, Generation, 0, []);
        }
    }

    private byte[] Chain(FuzzRandom random, int queue, bool last)
    {
        uint[] readable = random.OneIn(5) ? [] : [(uint)random.Next(40), (uint)random.Next(40)];
        uint[] writable = readable.Length > 0 && random.OneIn(2) ? [] : [(uint)random.Next(40)];
        int total = (int)readable.Sum(length => length), sent = last && total > 0 && random.OneIn(6) ? random.Next(total) : total;
        if (sent < total)
            _open = (queue, (ulong)sent);
        return PeerFrames.Chain(readable, writable, PeerFrames.Bytes(sent, random.Next()));
    }
}
