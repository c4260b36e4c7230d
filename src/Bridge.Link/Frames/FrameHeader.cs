using System.Buffers.Binary;

namespace Bridge.Link;

/// <summary>The 24 bytes before every frame's payload, little endian.</summary>
/// <param name="Length">Whole frame, header included: 24..65536.</param>
/// <param name="Crc">CRC32C of the whole frame with this field zero.</param>
/// <param name="Type">What the payload is.</param>
/// <param name="Flags">Zero; anything else is a fault.</param>
/// <param name="Lane">0 for the link itself, 1.. for devices.</param>
/// <param name="Connection">The connection's number; 0 until both hellos are exchanged.</param>
/// <param name="Epoch">The device's life that the frame belongs to; 0 on lane 0.</param>
/// <param name="Sequence">Per lane, connection and direction, from 0; a gap is a fault.</param>
/// <remarks>
/// <code>
///  0       4       8   9   10    12          16      20         24
///  +-------+-------+---+---+-----+-----------+-------+----------+---------
///  |length | crc32c|typ|flg|lane |connection | epoch | sequence | payload
///  +-------+-------+---+---+-----+-----------+-------+----------+---------
/// </code>
/// </remarks>
public readonly record struct FrameHeader(int Length, uint Crc, FrameType Type, byte Flags, ushort Lane, uint Connection, uint Epoch, uint Sequence)
{
    /// <summary>Bytes of a header.</summary>
    public const int Size = 24;

    /// <summary>Bytes of the longest frame, header included.</summary>
    public const int MaximumFrame = 65536;

    /// <summary>Bytes of the longest payload.</summary>
    public const int MaximumPayload = MaximumFrame - Size;

    internal const int LengthOffset = 0;
    internal const int CrcOffset = LengthOffset + sizeof(uint);
    internal const int TypeOffset = CrcOffset + sizeof(uint);
    internal const int FlagsOffset = TypeOffset + sizeof(byte);
    internal const int LaneOffset = FlagsOffset + sizeof(byte);
    internal const int ConnectionOffset = LaneOffset + sizeof(ushort);
    internal const int EpochOffset = ConnectionOffset + sizeof(uint);
    internal const int SequenceOffset = EpochOffset + sizeof(uint);

    /// <summary>Decodes the first 24 bytes. Values are not judged here: that is <see cref="FrameParser"/>'s work.</summary>
    /// <param name="source">Bytes that start with a header.</param>
    /// <param name="header">The fields; a length above 2^31-1 reads as negative and is out of range like any other.</param>
    /// <returns>False when there are fewer than 24 bytes.</returns>
    public static bool TryRead(ReadOnlySpan<byte> source, out FrameHeader header)
    {
        if (source.Length < Size)
        {
            header = default;
            return false;
        }

        header = new FrameHeader(
            BinaryPrimitives.ReadInt32LittleEndian(source),
            BinaryPrimitives.ReadUInt32LittleEndian(source[CrcOffset..]),
            (FrameType)source[TypeOffset],
            source[FlagsOffset],
            BinaryPrimitives.ReadUInt16LittleEndian(source[LaneOffset..]),
            BinaryPrimitives.ReadUInt32LittleEndian(source[ConnectionOffset..]),
            BinaryPrimitives.ReadUInt32LittleEndian(source[EpochOffset..]),
            BinaryPrimitives.ReadUInt32LittleEndian(source[SequenceOffset..]));
        return true;
    }

    /// <summary>Encodes all fields as they are, the checksum included.</summary>
    /// <param name="destination">At least 24 bytes.</param>
    /// <exception cref="ArgumentOutOfRangeException">The destination is too short.</exception>
    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(destination[SequenceOffset..], Sequence);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[EpochOffset..], Epoch);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[ConnectionOffset..], Connection);
        BinaryPrimitives.WriteUInt16LittleEndian(destination[LaneOffset..], Lane);
        destination[FlagsOffset] = Flags;
        destination[TypeOffset] = (byte)Type;
        BinaryPrimitives.WriteUInt32LittleEndian(destination[CrcOffset..], Crc);
        BinaryPrimitives.WriteInt32LittleEndian(destination, Length);
    }
}
