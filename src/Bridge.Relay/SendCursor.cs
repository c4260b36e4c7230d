using Bridge.Link;
using Bridge.Link.Frames.Device;
using Bridge.Virtio;

namespace Bridge.Relay;

/// <summary>Where sending stands in one queue's sequence of chains or used elements. Both sides send by it, and rewind it when a connection resumes.</summary>
internal struct SendCursor
{
    /// <summary>Sequence of what is sent next.</summary>
    public ulong Next { get; private set; }

    /// <summary>Bytes of it that were sent already: the rest goes in a MORE frame.</summary>
    public ulong Offset { get; private set; }

    /// <summary>One past the highest sequence that was ever sent whole.</summary>
    public ulong Highest { get; private set; }

    /// <summary>Everything below that sequence may have been sent, by an earlier process.</summary>
    public static SendCursor At(ulong next) => new() { Next = next, Highest = next };

    /// <summary>So many bytes of the next one were sent, of so many in all.</summary>
    public void Sent(ulong bytes, ulong length)
    {
        Offset += bytes;
        if (Offset < length)
            return;
        (Next, Offset) = (Next + 1, 0);
        Highest = Math.Max(Highest, Next);
    }

    /// <summary>A new connection: sending goes on from a sequence. Returns how many go once more.</summary>
    public ulong Rewind(ulong next)
    {
        (Next, Offset) = (next, 0);
        return Highest - next;
    }

    /// <summary>Sends as much of the rest of the next one as a frame holds.</summary>
    public void SendMore(LaneOutput output, FrameType type, uint epoch, ushort queue, uint generation, Window window, ReadOnlySpan<Segment> segments, ulong length)
    {
        Span<byte> room = output.Begin(type, epoch);
        new MorePayload(queue, generation, Next, Offset).Write(room);
        int bytes = (int)Math.Min(length - Offset, (ulong)(room.Length - MorePayload.Size));
        SegmentCopy.Gather(window, segments, Offset, room.Slice(MorePayload.Size, bytes));
        output.End(MorePayload.Size + bytes);
        Sent((ulong)bytes, length);
    }
}
