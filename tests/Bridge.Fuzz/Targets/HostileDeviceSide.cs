using Bridge.Link;
using Bridge.Link.Frames.Device;
using Bridge.Relay;
using Bridge.Relay.Tests.Rigs;
using Bridge.Virtio;

namespace Bridge.Fuzz.Targets;

/// <summary>A peer gateway with the device side, which knows exactly where the driver side stands and uses that to be almost right.</summary>
internal sealed class HostileDeviceSide(DriverRelay relay, FuzzRandom random)
{
    private const ulong DeviceLife = 0xD0D0;

    private static readonly FrameType[] s_types =
    [
        FrameType.Used, FrameType.Used, FrameType.Used, FrameType.Used, FrameType.UsedMore, FrameType.UsedMore, FrameType.DeviceStatus, FrameType.EventConfiguration,
        FrameType.DeviceInfo, FrameType.ResumeDevice, FrameType.Posted, FrameType.SetVirtqueue,
    ];

    private QueueOffer[] _offers = [new(16, 12, 512), new(16, 12, 512)];

    /// <summary>The used element whose bytes are still to come.</summary>
    public (int Queue, ulong Sequence, ulong Offset)? Open { get; set; }

    /// <summary>What a new connection begins with.</summary>
    public IEnumerable<(FrameType Type, uint Epoch, byte[] Payload)> Statement(bool truth)
    {
        RelayStatus status = relay.ReadStatus();
        if (!truth && random.OneIn(3))
            _offers = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => new QueueOffer(1u << random.Next(8), (uint)random.Next(1, 20), (uint)random.Next(1, 2000)))];
        yield return (FrameType.DeviceInfo, status.Epoch, PeerFrames.Info(_offers));
        ulong life = truth || random.Next(3) > 0 ? relay.DriverLife : random.Next64();
        QueueProgress[] queues =
        [
            .. status.Queues.Select(queue => new QueueProgress(
                (ushort)queue.Index, queue.Generation, queue.Posted - (truth ? 0 : (ulong)random.Next(3)), queue.Used + (truth ? 0 : (ulong)random.Next(3)))),
        ];
        yield return (FrameType.ResumeDevice, status.Epoch, PeerFrames.Resume(life, DeviceLife + (truth ? 0 : (ulong)random.Next(2)), 0, (byte)FakeDriver.Running, queues));
    }

    /// <summary>The next frame.</summary>
    public (FrameType Type, uint Epoch, byte[] Payload) Frame(FuzzRandom choices)
    {
        RelayStatus status = relay.ReadStatus();
        FrameType type = choices.Pick<FrameType>(s_types);
        byte[] payload = Payload(choices, type, status);
        uint epoch = status.Epoch + (uint)(choices.OneIn(30) ? choices.Next(3) - 1 : 0);
        if (choices.OneIn(25))
            type = (FrameType)choices.Next(40);
        return (type, epoch, choices.OneIn(2) ? payload : ByteMutation.Apply(choices, payload));
    }

    private byte[] Payload(FuzzRandom choices, FrameType type, RelayStatus status)
    {
        QueueStatus? queue = status.Queues.Count == 0 ? null : status.Queues[choices.Next(status.Queues.Count)];
        (ushort index, uint generation, ulong posted, ulong used) = queue is null ? ((ushort)0, 0u, 0ul, 0ul) : ((ushort)queue.Index, queue.Generation, queue.Posted, queue.Used);
        switch (type)
        {
            case FrameType.Used:
                var elements = new byte[choices.Next(1, 4)][];
                for (int i = 0; i < elements.Length; i++)
                    elements[i] = Element(choices, index, posted, used, last: i == elements.Length - 1);
                return PeerFrames.Used(index, generation, used, elements);
            case FrameType.UsedMore:
                (int open, ulong sequence, ulong offset) = Open ?? (index, used, 8);
                int length = choices.Next(1, 48);
                Open = (open, sequence, offset + (ulong)length);
                return PeerFrames.More((ushort)open, generation, sequence, offset, PeerFrames.Bytes(length));
            case FrameType.DeviceStatus:
                return PeerFrames.Status((byte)(choices.OneIn(20) ? DeviceStatus.NeedsReset : choices.OneIn(4) ? DeviceStatus.None : FakeDriver.Running), relay.DriverLife);
            case FrameType.EventConfiguration:
                return PeerFrames.Configuration((uint)choices.Next(), new byte[choices.Next(64)]);
            case FrameType.DeviceInfo:
                return PeerFrames.Info(_offers);
            case FrameType.ResumeDevice:
                return PeerFrames.Resume(relay.DriverLife, DeviceLife, 0, 0, new QueueProgress(index, generation, posted, used));
            default:
                return PeerFrames.Posted(0, generation, used, 0, []);
        }
    }

    private byte[] Element(FuzzRandom choices, int queue, ulong posted, ulong used, bool last)
    {
        // Any of the chains that may be outstanding, and about as many bytes as it may have lent.
        ulong chain = posted == 0 ? 0 : posted - 1 - (ulong)choices.Next((int)Math.Min(posted, 12));
        byte[] bytes = PeerFrames.Bytes(choices.Next(48), choices.Next());
        if (!last || choices.Next(6) > 0)
            return PeerFrames.Element(chain, (uint)(choices.OneIn(3) ? choices.Edge() : (ulong)bytes.Length), bytes);
        Open = (queue, used, (ulong)bytes.Length);
        return PeerFrames.Element(chain, (uint)bytes.Length, bytes, (uint)(bytes.Length + choices.Next(1, 64)));
    }
}
