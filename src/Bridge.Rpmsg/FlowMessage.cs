using System.Buffers.Binary;

namespace Bridge.Rpmsg;

/// <summary>The flow service between two sockets ports: a message to <see cref="RpmsgAddress.Flow"/>, so that one slow reader blocks only its own sender.</summary>
/// <remarks>
/// <code>
///  0      4        8             12      16
///  +------+--------+-------------+-------+
///  | kind | source | destination | value |
///  +------+--------+-------------+-------+
/// </code>
/// Four u32, always little endian: the service is this project's own.
/// </remarks>
/// <param name="Kind">What is said.</param>
/// <param name="Source">Endpoint of the sender that is spoken of.</param>
/// <param name="Destination">Endpoint of the receiver that is spoken of.</param>
/// <param name="Value">Reason of a Close, total of a Credit (modulo 2^32), else 0.</param>
public readonly record struct FlowMessage(FlowKind Kind, uint Source, uint Destination, uint Value)
{
    /// <summary>Bytes of the message.</summary>
    public const int Size = 4 + 4 + 4 + 4;

    /// <summary>Reads a message; each field is fetched once. False: not 16 bytes, or an unknown kind.</summary>
    public static bool TryRead(ReadOnlySpan<byte> payload, out FlowMessage message)
    {
        if (payload.Length != Size)
        {
            message = default;
            return false;
        }

        message = new FlowMessage(
            (FlowKind)BinaryPrimitives.ReadUInt32LittleEndian(payload),
            BinaryPrimitives.ReadUInt32LittleEndian(payload[4..]),
            BinaryPrimitives.ReadUInt32LittleEndian(payload[8..]),
            BinaryPrimitives.ReadUInt32LittleEndian(payload[12..]));
        return message.Kind is FlowKind.Open or FlowKind.Close or FlowKind.Credit;
    }

    /// <summary>Writes 16 bytes. ArgumentOutOfRangeException: fewer than 16 bytes.</summary>
    public void Write(Span<byte> payload)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(payload, (uint)Kind);
        BinaryPrimitives.WriteUInt32LittleEndian(payload[4..], Source);
        BinaryPrimitives.WriteUInt32LittleEndian(payload[8..], Destination);
        BinaryPrimitives.WriteUInt32LittleEndian(payload[12..], Value);
    }
}
