using Bridge.Link;
using Bridge.Virtio;

namespace Bridge.Relay;

/// <content>
/// Stopping a queue in the middle of its life, as a vhost-user front end does (GET_VRING_BASE, ENABLE 0): nothing of the driver's memory is touched until it is started
/// again. The in-flight table stays; what the device side sends meanwhile is held, unconfirmed, so that the device side keeps it too.
/// </content>
internal sealed partial class DriverSideQueue
{
    private readonly List<(FrameType Type, byte[] Payload)> _held = [];
    private long _heldBytes;

    // Bytes that the device side can have to say about this queue's chains.
    private long _room;

    /// <summary>The driver has taken its memory back for a while.</summary>
    public bool IsStopped { get; private set; }

    /// <summary>The next chain to take and the next used element; chains between them are in flight.</summary>
    public RingIndices Position => new(_ring.NextAvailable, _ring.NextUsed);

    /// <summary>Touches neither ring nor buffers from here on.</summary>
    public void Stop() => IsStopped = true;

    /// <summary>Goes on, with what the device side has sent meanwhile.</summary>
    /// <exception cref="LinkProtocolException">Part of that broke the protocol.</exception>
    public void Start()
    {
        (IsStopped, _armed) = (false, false);
        (FrameType Type, byte[] Payload)[] held = [.. _held];
        ForgetHeld();
        foreach ((FrameType type, byte[] payload) in held)
        {
            if (type == FrameType.Used)
                ApplyUsed(payload);
            else
                ApplyUsedMore(payload);
        }
    }

    /// <summary>A new connection brings it again.</summary>
    public void ForgetHeld()
    {
        _held.Clear();
        _heldBytes = 0;
    }

    /// <summary>The driver's memory is mapped anew: the ring and what is in flight lie in another window.</summary>
    /// <exception cref="RingFaultException">They do not: this life cannot go on. The queue has not moved.</exception>
    public void Move(Window window, RingLayout layout)
    {
        foreach (ushort head in _headOf.Values.Concat(_again.Select(chain => chain.Head)))
        {
            Chain chain = _byHead[head]!.Chain;
            Check(window, chain.Readable, head);
            Check(window, chain.Writable, head);
        }

        _ring.Move(window, layout);
        (_window, _armed) = (window, false);
    }

    private static void Check(Window window, ReadOnlySpan<Segment> segments, ushort head)
    {
        foreach (Segment segment in segments)
        {
            if (!window.Contains(segment.Address, segment.Length))
                throw new RingFaultException(RingFault.OutsideWindow, $"Chain {head} is in flight, and 0x{segment.Address:x}, {segment.Length} bytes, is not in the window any more.");
        }
    }

    /// <summary>The device side can say something about the chain from now on.</summary>
    private void Lend(Chain chain)
    {
        long room = LentRoom.Of(chain);
        _room += room;
        _lent.Add(room);
    }

    private void TakeBack(Chain chain)
    {
        long room = LentRoom.Of(chain);
        _room -= room;
        _lent.Remove(room);
    }

    private void Hold(FrameType type, ReadOnlySpan<byte> payload)
    {
        _heldBytes += FrameHeader.Size + payload.Length;
        if (_heldBytes > _room)
            throw new LinkProtocolException(CloseReason.FlowViolation, $"queue {_index} is stopped, and {_heldBytes} bytes came for chains that lent {_room}");
        _held.Add((type, payload.ToArray()));
    }
}
