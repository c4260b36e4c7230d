using System.Buffers.Binary;

namespace Bridge.Link.Frames.Device;

/// <summary>
/// USED, device side to driver side: a burst of used elements, in the order in which the device gave them back.
/// </summary>
/// <code>
///  0 queue u16 | 2 elements u16 | 4 generation u32 | 8 used sequence of the first element u64
/// 16 element: sequence of its chain u64 | reported length u32 | written bytes u32 | the written bytes
///  . next element
/// </code>
/// Elements of a burst have consecutive used sequences. An element that is longer than a frame is the last of its burst and goes on in USED_MORE frames.
/// <param name="Queue">Queue index.</param>
/// <param name="Count">Elements that begin in this frame.</param>
/// <param name="Generation">Life of the queue.</param>
/// <param name="FirstSequence">Used sequence of the first element.</param>
public readonly record struct UsedPayload(ushort Queue, ushort Count, uint Generation, ulong FirstSequence)
{
    /// <summary>Bytes before the first element.</summary>
    public const int Size = 2 + 2 + 4 + 8;

    /// <summary>Writes the fixed part.</summary>
    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(destination, Queue);
        BinaryPrimitives.WriteUInt16LittleEndian(destination[2..], Count);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[4..], Generation);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[8..], FirstSequence);
    }

    /// <summary>Reads the fixed part.</summary>
    /// <exception cref="LinkProtocolException">The payload is shorter.</exception>
    public static UsedPayload Read(ReadOnlySpan<byte> source) => source.Length >= Size
        ? new(
            BinaryPrimitives.ReadUInt16LittleEndian(source),
            BinaryPrimitives.ReadUInt16LittleEndian(source[2..]),
            BinaryPrimitives.ReadUInt32LittleEndian(source[4..]),
            BinaryPrimitives.ReadUInt64LittleEndian(source[8..]))
        : throw PayloadFault.Length(FrameType.Used, source.Length);
}

/// <summary>One element of a USED burst, before its bytes.</summary>
/// <param name="ChainSequence">Sequence under which the chain was posted.</param>
/// <param name="Reported">used.len as the device gave it; passed on, never a check.</param>
/// <param name="Written">Bytes that follow, in this frame and its USED_MORE frames.</param>
public readonly record struct UsedEntry(ulong ChainSequence, uint Reported, uint Written)
{
    /// <summary>Bytes on the wire before the written ones.</summary>
    public const int Size = 8 + 4 + 4;

    /// <summary>Writes the element's fixed part.</summary>
    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(destination, ChainSequence);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[8..], Reported);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[12..], Written);
    }

    /// <summary>Reads the element's fixed part.</summary>
    /// <exception cref="LinkProtocolException">The payload is shorter.</exception>
    public static UsedEntry Read(ReadOnlySpan<byte> source) => source.Length >= Size
        ? new(
            BinaryPrimitives.ReadUInt64LittleEndian(source),
            BinaryPrimitives.ReadUInt32LittleEndian(source[8..]),
            BinaryPrimitives.ReadUInt32LittleEndian(source[12..]))
        : throw PayloadFault.Length(FrameType.Used, source.Length);
}
