using System.Buffers.Binary;

namespace Bridge.Rpmsg;

/// <summary>The header in front of every rpmsg message (Linux <c>struct rpmsg_hdr</c>).</summary>
/// <remarks>
/// <code>
///  0        4             8          12      14      16
///  +--------+-------------+----------+-------+-------+----------------+
///  | source | destination | reserved |  len  | flags | payload (len)  |
///  |  u32   |     u32     |   u32    |  u16  |  u16  |                |
///  +--------+-------------+----------+-------+-------+----------------+
/// </code>
/// Little endian where VIRTIO_F_VERSION_1 was negotiated, else the machine's own order. <c>reserved</c> is sent as 0 and never read:
/// open-amp's receivers scribble on it, even in buffers that they may only read.
/// </remarks>
/// <param name="Source">Address of the sending endpoint.</param>
/// <param name="Destination">Address of the receiving endpoint.</param>
/// <param name="Length">Payload bytes after the header.</param>
/// <param name="Flags">Sent as 0, ignored when received.</param>
public readonly record struct RpmsgHeader(uint Source, uint Destination, ushort Length, ushort Flags = 0)
{
    /// <summary>Bytes of the header.</summary>
    public const int Size = 4 + 4 + 4 + 2 + 2;

    private const int SourceOffset = 0;
    private const int DestinationOffset = 4;
    private const int ReservedOffset = 8;
    private const int LengthOffset = 12;
    private const int FlagsOffset = 14;

    /// <summary>Copies the header out of a message; each field is fetched once, so what is checked afterwards is what is used. False: fewer than 16 bytes.</summary>
    public static bool TryRead(ReadOnlySpan<byte> message, bool littleEndian, out RpmsgHeader header)
    {
        if (message.Length < Size)
        {
            header = default;
            return false;
        }

        header = littleEndian
            ? new RpmsgHeader(
                BinaryPrimitives.ReadUInt32LittleEndian(message[SourceOffset..]),
                BinaryPrimitives.ReadUInt32LittleEndian(message[DestinationOffset..]),
                BinaryPrimitives.ReadUInt16LittleEndian(message[LengthOffset..]),
                BinaryPrimitives.ReadUInt16LittleEndian(message[FlagsOffset..]))
            : new RpmsgHeader(
                BinaryPrimitives.ReadUInt32BigEndian(message[SourceOffset..]),
                BinaryPrimitives.ReadUInt32BigEndian(message[DestinationOffset..]),
                BinaryPrimitives.ReadUInt16BigEndian(message[LengthOffset..]),
                BinaryPrimitives.ReadUInt16BigEndian(message[FlagsOffset..]));
        return true;
    }

    /// <summary>Writes the header to the first 16 bytes, <c>reserved</c> as 0. ArgumentOutOfRangeException: fewer than 16 bytes.</summary>
    public void Write(Span<byte> message, bool littleEndian)
    {
        message[ReservedOffset..LengthOffset].Clear();
        if (littleEndian)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(message[SourceOffset..], Source);
            BinaryPrimitives.WriteUInt32LittleEndian(message[DestinationOffset..], Destination);
            BinaryPrimitives.WriteUInt16LittleEndian(message[LengthOffset..], Length);
            BinaryPrimitives.WriteUInt16LittleEndian(message[FlagsOffset..], Flags);
        }
        else
        {
            BinaryPrimitives.WriteUInt32BigEndian(message[SourceOffset..], Source);
            BinaryPrimitives.WriteUInt32BigEndian(message[DestinationOffset..], Destination);
            BinaryPrimitives.WriteUInt16BigEndian(message[LengthOffset..], Length);
            BinaryPrimitives.WriteUInt16BigEndian(message[FlagsOffset..], Flags);
        }
    }
}
