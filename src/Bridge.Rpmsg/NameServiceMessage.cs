using System.Buffers.Binary;

namespace Bridge.Rpmsg;

/// <summary>Announces or withdraws a service, sent to <see cref="RpmsgAddress.NameService"/> (Linux <c>struct rpmsg_ns_msg</c>).</summary>
/// <remarks>
/// <code>
///  0                                32        36      40
///  +--------------------------------+---------+-------+
///  | name, NUL, anything            | address | flags |
///  | 32 bytes                       |   u32   |  u32  |
///  +--------------------------------+---------+-------+
/// </code>
/// Byte order as in <see cref="RpmsgHeader"/>. Bytes after the name's NUL are whatever the sender's stack held (open-amp).
/// </remarks>
/// <param name="Name">1..31 characters, one per byte (Latin-1, so that every byte survives); never holds NUL.</param>
/// <param name="Address">Address of the service's endpoint at the sender.</param>
/// <param name="Flags">CREATE or DESTROY; unknown bits are kept and mean nothing.</param>
public readonly record struct NameServiceMessage(string Name, uint Address, NameServiceFlags Flags)
{
    /// <summary>Bytes of the message; Linux, open-amp and rpmsg-lite ignore other lengths.</summary>
    public const int Size = NameSize + 4 + 4;

    /// <summary>Bytes of the name field (<c>RPMSG_NAME_SIZE</c>), its NUL included.</summary>
    public const int NameSize = 32;

    /// <summary>Most characters that a name can have.</summary>
    public const int MaximumNameLength = NameSize - 1;

    private const int AddressOffset = NameSize;
    private const int FlagsOffset = NameSize + 4;

    /// <summary>True: the service has gone (bit 0).</summary>
    public bool IsDestroy => (Flags & NameServiceFlags.Destroy) != 0;

    /// <summary>Reads a message, copying it first: the payload may be memory that its sender still writes.</summary>
    /// <param name="payload">A message without its rpmsg header.</param>
    /// <param name="littleEndian">Byte order of the two numbers.</param>
    /// <param name="message">What it says; a name without NUL is cut to 31 bytes, as Linux does.</param>
    /// <param name="unterminated">The name had no NUL.</param>
    /// <returns>False: not 40 bytes, an empty name, or the address ANY, to which nothing could be sent.</returns>
    public static bool TryRead(ReadOnlySpan<byte> payload, bool littleEndian, out NameServiceMessage message, out bool unterminated)
    {
        message = default;
        unterminated = false;
        if (payload.Length != Size)
        {
            return false;
        }

        Span<byte> copy = stackalloc byte[Size];
        payload.CopyTo(copy);
        Span<byte> address = copy[AddressOffset..];
        Span<byte> flags = copy[FlagsOffset..];
        message = new NameServiceMessage(
            NameField.Read(copy[..NameSize], out unterminated),
            littleEndian ? BinaryPrimitives.ReadUInt32LittleEndian(address) : BinaryPrimitives.ReadUInt32BigEndian(address),
            (NameServiceFlags)(littleEndian ? BinaryPrimitives.ReadUInt32LittleEndian(flags) : BinaryPrimitives.ReadUInt32BigEndian(flags)));
        return message.Name.Length > 0 && message.Address != RpmsgAddress.Any;
    }

    /// <summary>Writes 40 bytes, the name padded with zeros. ArgumentException: fewer than 40 bytes, or a name that <see cref="IsValidName"/> refuses.</summary>
    public void Write(Span<byte> payload, bool littleEndian)
    {
        NameField.Write(Name, payload[..NameSize]);
        if (littleEndian)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(payload[AddressOffset..], Address);
            BinaryPrimitives.WriteUInt32LittleEndian(payload[FlagsOffset..], (uint)Flags);
        }
        else
        {
            BinaryPrimitives.WriteUInt32BigEndian(payload[AddressOffset..], Address);
            BinaryPrimitives.WriteUInt32BigEndian(payload[FlagsOffset..], (uint)Flags);
        }
    }

    /// <summary>True for 1..31 characters between U+0001 and U+00FF: what the name field can carry.</summary>
    public static bool IsValidName(string name)
    {
        if (name.Length is 0 or > MaximumNameLength)
        {
            return false;
        }

        foreach (char character in name)
        {
            if (character is '\0' or > '\u00FF')
            {
                return false;
            }
        }

        return true;
    }
}
