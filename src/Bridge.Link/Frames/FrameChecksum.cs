using System.Buffers.Binary;
using System.Numerics;

namespace Bridge.Link;

/// <summary>CRC32C (Castagnoli, reflected, initial and final value all ones) over a whole frame with its checksum field taken as zero.</summary>
/// <remarks>BitOperations.Crc32C is one instruction per 8 bytes on x86 (SSE4.2) and ARM64, and a table elsewhere. Long frames are summed in three parts at once.</remarks>
public static class FrameChecksum
{
    // Bytes of each of three parts that are summed side by side; a frame of one message is shorter than three of them.
    private const int LaneLength = 256;

    private static readonly uint[] s_shifts = MakeShifts();

    /// <summary>The checksum that belongs into bytes 4..7 of this frame, whatever they hold now.</summary>
    /// <param name="frame">One whole frame, at least a header.</param>
    /// <returns>CRC32C as the wire carries it.</returns>
    public static uint Compute(ReadOnlySpan<byte> frame)
    {
        // The first eight bytes are the length and the checksum itself: keep the length, read the checksum as zero.
        ulong first = BinaryPrimitives.ReadUInt32LittleEndian(frame);
        uint crc = BitOperations.Crc32C(uint.MaxValue, first);
        return ~Append(crc, frame[FrameHeader.TypeOffset..]);
    }

    /// <summary>Plain CRC32C of any bytes.</summary>
    /// <param name="bytes">What is summed; may be empty.</param>
    /// <returns>The checksum, 0 for no bytes.</returns>
    public static uint ComputePlain(ReadOnlySpan<byte> bytes) => ~Append(uint.MaxValue, bytes);

    private static uint Append(uint crc, ReadOnlySpan<byte> bytes)
    {
        for (; bytes.Length >= 3 * LaneLength; bytes = bytes[(3 * LaneLength)..])
        {
            crc = AppendLanes(crc, bytes[..LaneLength], bytes.Slice(LaneLength, LaneLength), bytes.Slice(2 * LaneLength, LaneLength));
        }

        while (bytes.Length >= sizeof(ulong))
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[sizeof(ulong)..];
        }

        foreach (byte b in bytes)
        {
            crc = BitOperations.Crc32C(crc, b);
        }

        return crc;
    }

    /// <summary>Three parts side by side: each instruction has to wait for the one before it, and the processor can begin one at every cycle.</summary>
    private static uint AppendLanes(uint crc, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, ReadOnlySpan<byte> third)
    {
        uint b = 0, c = 0;
        for (int at = 0; at < LaneLength; at += sizeof(ulong))
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(first[at..]));
            b = BitOperations.Crc32C(b, BinaryPrimitives.ReadUInt64LittleEndian(second[at..]));
            c = BitOperations.Crc32C(c, BinaryPrimitives.ReadUInt64LittleEndian(third[at..]));
        }

        // The sum is linear: what the first part became is carried over the bytes of the second, as if those were zeros, and theirs is added.
        return Shift(Shift(crc) ^ b) ^ c;
    }

    /// <summary>A sum after <see cref="LaneLength"/> more zeros.</summary>
    private static uint Shift(uint crc) =>
        s_shifts[(byte)crc] ^ s_shifts[256 + (byte)(crc >> 8)] ^ s_shifts[512 + (byte)(crc >> 16)] ^ s_shifts[768 + (crc >> 24)];

    private static uint[] MakeShifts()
    {
        uint[] shifts = new uint[4 * 256];
        for (int i = 0; i < shifts.Length; i++)
        {
            uint crc = (uint)(i % 256) << (8 * (i / 256));
            for (int at = 0; at < LaneLength; at += sizeof(ulong))
            {
                crc = BitOperations.Crc32C(crc, 0UL);
            }

            shifts[i] = crc;
        }

        return shifts;
    }
}
