using System.Buffers.Binary;

namespace Bridge.Link.Frames.Device;

/// <summary>
/// POSTED, driver side to device side: a burst of chains that the driver made available, in ring order.
/// </summary>
/// <code>
///  0 queue u16 | 2 chains u16 | 4 generation u32 | 8 sequence of the first chain u64 | 16 used confirmed u64
/// 24 chain: readable segments u16 | writable segments u16 | length u32 of each segment, readable ones first | the readable bytes
///  . next chain
/// </code>
/// Chains of a burst have consecutive sequences. A chain that is longer than a frame is the last of its burst: its bytes stop at the end of the
/// frame and go on in POSTED_MORE frames. A burst of 0 chains only confirms.
/// <param name="Queue">Queue index.</param>
/// <param name="Count">Chains that begin in this frame.</param>
/// <param name="Generation">Life of the queue.</param>
/// <param name="FirstSequence">Sequence of the first chain.</param>
/// <param name="UsedConfirmed">The next used sequence that the driver side expects: all before it are in the driver's ring, their places are free.</param>
public readonly record struct PostedPayload(ushort Queue, ushort Count, uint Generation, ulong FirstSequence, ulong UsedConfirmed)
{
    /// <summary>Bytes before the first chain.</summary>
    public const int Size = 2 + 2 + 4 + 8 + 8;

    /// <summary>Bytes of a chain before its lengths.</summary>
    public const int ChainSize = 2 + 2;

    /// <summary>Longest chain, segments.</summary>
    public const int MaximumSegments = 1024;

    /// <summary>Writes the fixed part.</summary>
    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(destination, Queue);
        BinaryPrimitives.WriteUInt16LittleEndian(destination[2..], Count);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[4..], Generation);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[8..], FirstSequence);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[16..], UsedConfirmed);
    }

    /// <summary>Reads the fixed part.</summary>
    /// <exception cref="LinkProtocolException">The payload is shorter.</exception>
    public static PostedPayload Read(ReadOnlySpan<byte> source) => source.Length >= Size
        ? new(
            BinaryPrimitives.ReadUInt16LittleEndian(source),
            BinaryPrimitives.ReadUInt16LittleEndian(source[2..]),
            BinaryPrimitives.ReadUInt32LittleEndian(source[4..]),
            BinaryPrimitives.ReadUInt64LittleEndian(source[8..]),
            BinaryPrimitives.ReadUInt64LittleEndian(source[16..]))
        : throw PayloadFault.Length(FrameType.Posted, source.Length);

    /// <summary>Bytes of a chain's shape: counts and lengths.</summary>
    public static int ShapeSize(int segments) => ChainSize + 4 * segments;

    /// <summary>Writes a chain's counts; the lengths follow, four bytes each.</summary>
    public static void WriteChain(Span<byte> destination, int readable, int writable)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(destination, (ushort)readable);
        BinaryPrimitives.WriteUInt16LittleEndian(destination[2..], (ushort)writable);
    }

    /// <summary>Reads a chain's counts and checks that its lengths are all there.</summary>
    /// <exception cref="LinkProtocolException">No segment at all, too many, or a cut shape.</exception>
    public static (int Readable, int Writable) ReadChain(ReadOnlySpan<byte> source)
    {
        if (source.Length < ChainSize)
            throw PayloadFault.Length(FrameType.Posted, source.Length);
        int readable = BinaryPrimitives.ReadUInt16LittleEndian(source);
        int writable = BinaryPrimitives.ReadUInt16LittleEndian(source[2..]);
        if (readable + writable is 0 or > MaximumSegments)
            throw PayloadFault.Value(FrameType.Posted, $"a chain of {readable} readable and {writable} writable segments");
        if (source.Length < ShapeSize(readable + writable))
            throw PayloadFault.Length(FrameType.Posted, source.Length);
        return (readable, writable);
    }
}

/// <summary>POSTED_MORE and USED_MORE: <c>0 queue u16 | 2 0 u16 | 4 generation u32 | 8 sequence u64 | 16 offset u64 | 24 bytes</c>.</summary>
/// <param name="Queue">Queue index.</param>
/// <param name="Generation">Life of the queue.</param>
/// <param name="Sequence">POSTED_MORE: the chain's sequence. USED_MORE: the used sequence.</param>
/// <param name="Offset">Bytes of the chain that came before.</param>
public readonly record struct MorePayload(ushort Queue, uint Generation, ulong Sequence, ulong Offset)
{
    /// <summary>Bytes before the chain's.</summary>
    public const int Size = 2 + 2 + 4 + 8 + 8;

    /// <summary>Writes the fixed part.</summary>
    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(destination, Queue);
        BinaryPrimitives.WriteUInt16LittleEndian(destination[2..], 0);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[4..], Generation);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[8..], Sequence);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[16..], Offset);
    }

    /// <summary>Reads the fixed part; at least one byte must follow.</summary>
    /// <exception cref="LinkProtocolException">The payload is shorter.</exception>
    public static MorePayload Read(FrameType type, ReadOnlySpan<byte> source) => source.Length > Size
        ? new(
            BinaryPrimitives.ReadUInt16LittleEndian(source),
            BinaryPrimitives.ReadUInt32LittleEndian(source[4..]),
            BinaryPrimitives.ReadUInt64LittleEndian(source[8..]),
            BinaryPrimitives.ReadUInt64LittleEndian(source[16..]))
        : throw PayloadFault.Length(type, source.Length);
}
