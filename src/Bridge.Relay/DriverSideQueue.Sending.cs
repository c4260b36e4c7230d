using System.Buffers.Binary;
using Bridge.Link;
using Bridge.Link.Frames.Device;
using Bridge.Virtio;

namespace Bridge.Relay;

/// <content>POSTED and POSTED_MORE frames.</content>
internal sealed partial class DriverSideQueue
{
    private void SendBurst(LaneOutput output, uint epoch, Lull lull)
    {
        Span<byte> room = output.Begin(FrameType.Posted, epoch);
        ulong first = _cursor.Next;
        int at = PostedPayload.Size, count = 0;
        ulong sent = 0;
        while (_cursor.Offset == 0 && count < ushort.MaxValue && (_cursor.Next < _nextPosted || TryCapture()))
        {
            Outstanding next = _byHead[_headOf[_cursor.Next]]!;
            if (next.Told is { } told)
            {
                if (!TryWriteTold(room, ref at, told))
                    break;
                count++;
                sent += (ulong)told.Length;
                continue;
            }

            Chain chain = next.Chain;
            ReadOnlySpan<Segment> readable = chain.Readable, writable = chain.Writable;
            int shape = PostedPayload.ShapeSize(readable.Length + writable.Length);
            if (count > 0 && (ulong)shape + chain.ReadableLength > (ulong)(room.Length - at))
                break;
            PostedPayload.WriteChain(room[at..], readable.Length, writable.Length);
            at += PostedPayload.ChainSize;
            WriteLengths(room, ref at, readable);
            WriteLengths(room, ref at, writable);
            int bytes = (int)Math.Min(chain.ReadableLength, (ulong)(room.Length - at));
            SegmentCopy.Gather(_window, readable, 0, room.Slice(at, bytes));
            at += bytes;
            count++;
            sent += chain.ReadableLength;
            _cursor.Sent((ulong)bytes, chain.ReadableLength);
        }

        new PostedPayload(_index, (ushort)count, Generation, first, _nextUsed).Write(room);
        output.End(at);
        _confirmed = _nextUsed;
        // Buffers that are lent again, while the device side has plenty of them.
        if (count > 0 && sent == 0 && 2 * _headOf.Count > _ring.Size && _unflushed.TryAdd(lull, count, _offer.Places))
            lull.CountWaiting();
    }

    private void SendMore(LaneOutput output, uint epoch)
    {
        Chain chain = _byHead[_headOf[_cursor.Next]]!.Chain;
        _cursor.SendMore(output, FrameType.PostedMore, epoch, _index, Generation, _window, chain.Readable, chain.ReadableLength);
    }

    private static void WriteLengths(Span<byte> room, ref int at, ReadOnlySpan<Segment> segments)
    {
        foreach (Segment segment in segments)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(room[at..], segment.Length);
            at += 4;
        }
    }
}
