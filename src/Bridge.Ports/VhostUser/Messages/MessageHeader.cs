using System.Runtime.InteropServices;

namespace Bridge.Ports.VhostUser.Messages;

/// <summary>
/// The header of every message, either way; all numbers of the protocol are in the machine's own byte order:
/// <code>
///   0  u32  request
///   4  u32  flags: version (bits 0 and 1, always 1), REPLY (bit 2), NEED_REPLY (bit 3)
///   8  u32  size of the payload that follows, bytes
///  12
/// </code>
/// </summary>
/// <param name="Request">A <see cref="FrontEndRequest"/> or <see cref="BackEndRequest"/>.</param>
/// <param name="Flags">Version and flags.</param>
/// <param name="PayloadSize">Bytes that follow.</param>
internal readonly record struct MessageHeader(uint Request, uint Flags, uint PayloadSize)
{
    /// <summary>Length of the header, bytes.</summary>
    public const int Size = sizeof(uint) + sizeof(uint) + sizeof(uint);

    /// <summary>The longest payload that is accepted: far more than any request here needs, so that longer structures of other front ends pass.</summary>
    public const int MaximumPayload = 2048;

    /// <summary>The protocol's version, in the two lowest bits.</summary>
    public const uint Version = 1;

    /// <summary>This is a reply.</summary>
    public const uint Reply = 1 << 2;

    /// <summary>The sender waits for a reply.</summary>
    public const uint NeedReply = 1 << 3;

    private const uint VersionMask = 3;

    /// <summary>The sender waits for a reply to this message.</summary>
    public bool NeedsReply => (Flags & NeedReply) != 0;

    /// <summary>Reads a header.</summary>
    /// <param name="bytes">At least <see cref="Size"/>.</param>
    /// <param name="replies">Only replies are expected from this sender; else only requests.</param>
    /// <exception cref="FrontEndFaultException">Another version, a reply nobody asked for, a request where only replies are expected, or a payload that is too long.</exception>
    public static MessageHeader Read(ReadOnlySpan<byte> bytes, bool replies = false)
    {
        var header = new MessageHeader(MemoryMarshal.Read<uint>(bytes), MemoryMarshal.Read<uint>(bytes[4..]), MemoryMarshal.Read<uint>(bytes[8..]));
        if ((header.Flags & VersionMask) != Version)
            throw new FrontEndFaultException($"message {header.Request} of version {header.Flags & VersionMask}; this is version {Version}");
        if (replies && (header.Flags & Reply) == 0)
            throw new FrontEndFaultException($"request {header.Request} where a reply is due");
        if (!replies && (header.Flags & Reply) != 0)
            throw new FrontEndFaultException($"a reply to {header.Request}, which was not asked for");
        if (header.PayloadSize > MaximumPayload)
            throw new FrontEndFaultException($"message {header.Request} with {header.PayloadSize} bytes of payload; at most {MaximumPayload} are accepted");
        return header;
    }

    /// <summary>Writes the header.</summary>
    public void Write(Span<byte> bytes)
    {
        MemoryMarshal.Write(bytes, Request);
        MemoryMarshal.Write(bytes[4..], Flags);
        MemoryMarshal.Write(bytes[8..], PayloadSize);
    }
}
