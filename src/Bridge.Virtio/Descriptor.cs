using System.Buffers.Binary;

namespace Bridge.Virtio;

/// <summary>
/// One descriptor (virtio 1.2, 2.7.5), a private copy: always parsed from 16 bytes that have been copied out of shared memory before.
/// <code>
/// 0  addr  u64
/// 8  len   u32
/// 12 flags u16
/// 14 next  u16
/// </code>
/// </summary>
internal readonly record struct Descriptor(ulong Address, uint SegmentLength, DescriptorFlags Flags, ushort Next)
{
    /// <summary>Bytes of a descriptor.</summary>
    public const int Length = 16;

    public bool HasNext => (Flags & DescriptorFlags.Next) != 0;

    public bool IsWritable => (Flags & DescriptorFlags.Write) != 0;

    public bool IsIndirect => (Flags & DescriptorFlags.Indirect) != 0;

    /// <summary>Reads a descriptor from <paramref name="copy"/>, which no neighbour can write.</summary>
    public static Descriptor Parse(ReadOnlySpan<byte> copy, bool littleEndian) => littleEndian
        ? new Descriptor(
            BinaryPrimitives.ReadUInt64LittleEndian(copy),
            BinaryPrimitives.ReadUInt32LittleEndian(copy[8..]),
            (DescriptorFlags)BinaryPrimitives.ReadUInt16LittleEndian(copy[12..]),
            BinaryPrimitives.ReadUInt16LittleEndian(copy[14..]))
        : new Descriptor(
            BinaryPrimitives.ReadUInt64BigEndian(copy),
            BinaryPrimitives.ReadUInt32BigEndian(copy[8..]),
            (DescriptorFlags)BinaryPrimitives.ReadUInt16BigEndian(copy[12..]),
            BinaryPrimitives.ReadUInt16BigEndian(copy[14..]));

    /// <summary>Writes the descriptor's 16 bytes.</summary>
    public void Write(Span<byte> target, bool littleEndian)
    {
        if (littleEndian)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(target, Address);
            BinaryPrimitives.WriteUInt32LittleEndian(target[8..], SegmentLength);
            BinaryPrimitives.WriteUInt16LittleEndian(target[12..], (ushort)Flags);
            BinaryPrimitives.WriteUInt16LittleEndian(target[14..], Next);
        }
        else
        {
            BinaryPrimitives.WriteUInt64BigEndian(target, Address);
            BinaryPrimitives.WriteUInt32BigEndian(target[8..], SegmentLength);
            BinaryPrimitives.WriteUInt16BigEndian(target[12..], (ushort)Flags);
            BinaryPrimitives.WriteUInt16BigEndian(target[14..], Next);
        }
    }
}
