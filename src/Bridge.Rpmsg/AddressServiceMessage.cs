using System.Buffers.Binary;

namespace Bridge.Rpmsg;

/// <summary>Tells a service of the vhost side where its peer is, sent by the virtio side to <see cref="RpmsgAddress.AddressService"/> (the 2020 vhost series; there is no answer).</summary>
/// <remarks>
/// <code>
///  0                                32            36       40      44
///  +--------------------------------+-------------+--------+-------+
///  | name, NUL, anything            | destination | source | flags |
///  | 32 bytes                       |     u32     |  u32   |  u32  |
///  +--------------------------------+-------------+--------+-------+
/// </code>
/// Byte order as in <see cref="RpmsgHeader"/>, name as in <see cref="NameServiceMessage"/>. Source and destination are the receiver's words: the service sends from the one to the other.
/// </remarks>
/// <param name="Name">The service's name, 1..31 characters, one per byte (Latin-1); never holds NUL.</param>
/// <param name="Destination">Address of the endpoint at the virtio side, to which the service sends.</param>
/// <param name="Source">The service's own address, as it was announced.</param>
/// <param name="Flags">ASSIGN, or FREE without bit 0; unknown bits are kept and mean nothing.</param>
public readonly record struct AddressServiceMessage(string Name, uint Destination, uint Source, AddressServiceFlags Flags)
{
    /// <summary>Bytes of the message.</summary>
    public const int Size = NameServiceMessage.NameSize + 4 + 4 + 4;

    private const int DestinationOffset = NameServiceMessage.NameSize;
    private const int SourceOffset = DestinationOffset + 4;
    private const int FlagsOffset = SourceOffset + 4;

    /// <summary>True: ASSIGN (bit 0). False: FREE.</summary>
    public bool IsAssign => (Flags & AddressServiceFlags.Assign) != 0;

    /// <summary>Reads a message, copying it first: the payload may be memory that its sender still writes.</summary>
    /// <param name="payload">A message without its rpmsg header.</param>
    /// <param name="littleEndian">Byte order of the three numbers.</param>
    /// <param name="message">What it says; a name without NUL is cut to 31 bytes, as in the name service.</param>
    /// <param name="unterminated">The name had no NUL.</param>
    /// <returns>False: not 44 bytes, or an empty name.</returns>
    public static bool TryRead(ReadOnlySpan<byte> payload, bool littleEndian, out AddressServiceMessage message, out bool unterminated)
    {
        message = default;
        unterminated = false;
        if (payload.Length != Size)
        {
            return false;
        }

        Span<byte> copy = stackalloc byte[Size];
        payload.CopyTo(copy);
        message = new AddressServiceMessage(
            NameField.Read(copy[..NameServiceMessage.NameSize], out unterminated),
            ReadNumber(copy[DestinationOffset..], littleEndian),
            ReadNumber(copy[SourceOffset..], littleEndian),
            (AddressServiceFlags)ReadNumber(copy[FlagsOffset..], littleEndian));
        return message.Name.Length > 0;
    }

    /// <summary>Writes 44 bytes, the name padded with zeros. ArgumentException: fewer than 44 bytes, or a name that <see cref="NameServiceMessage.IsValidName"/> refuses.</summary>
    public void Write(Span<byte> payload, bool littleEndian)
    {
        NameField.Write(Name, payload[..NameServiceMessage.NameSize]);
        WriteNumber(payload[DestinationOffset..], Destination, littleEndian);
        WriteNumber(payload[SourceOffset..], Source, littleEndian);
        WriteNumber(payload[FlagsOffset..], (uint)Flags, littleEndian);
    }

    private static uint ReadNumber(ReadOnlySpan<byte> field, bool littleEndian) =>
        littleEndian ? BinaryPrimitives.ReadUInt32LittleEndian(field) : BinaryPrimitives.ReadUInt32BigEndian(field);

    private static void WriteNumber(Span<byte> field, uint value, bool littleEndian)
    {
        if (littleEndian)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(field, value);
        }
        else
        {
            BinaryPrimitives.WriteUInt32BigEndian(field, value);
        }
    }
}
