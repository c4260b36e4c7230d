using Bridge.Virtio;

namespace Bridge.Relay;

/// <summary>Copies between a flat run of bytes and the segments of a chain, from any offset into the chain.</summary>
internal static class SegmentCopy
{
    /// <summary>Reads bytes of the segments, from an offset; the segments must hold that much.</summary>
    public static void Gather(Window window, ReadOnlySpan<Segment> segments, ulong offset, Span<byte> destination)
    {
        foreach (Segment segment in segments)
        {
            if (destination.IsEmpty)
                return;
            if (!TryPiece(segment, ref offset, destination.Length, out Segment piece))
                continue;
            window.GetSpan(piece.Address, piece.Length).CopyTo(destination);
            destination = destination[(int)piece.Length..];
        }
    }

    /// <summary>Writes bytes into the segments, from an offset; the segments must have that much room.</summary>
    public static void Scatter(Window window, ReadOnlySpan<Segment> segments, ulong offset, ReadOnlySpan<byte> source)
    {
        foreach (Segment segment in segments)
        {
            if (source.IsEmpty)
                return;
            if (!TryPiece(segment, ref offset, source.Length, out Segment piece))
                continue;
            source[..(int)piece.Length].CopyTo(window.GetSpan(piece.Address, piece.Length));
            source = source[(int)piece.Length..];
        }
    }

    private static bool TryPiece(Segment segment, ref ulong offset, int wanted, out Segment piece)
    {
        if (offset >= segment.Length)
        {
            offset -= segment.Length;
            piece = default;
            return false;
        }

        uint length = (uint)Math.Min(segment.Length - offset, (ulong)wanted);
        piece = new Segment(segment.Address + offset, length);
        offset = 0;
        return true;
    }
}
