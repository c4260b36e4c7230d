using System.Runtime.InteropServices;

namespace Bridge.Ports.VhostUser.Messages;

/// <summary>
/// Where a queue's parts lie in the front end's process:
/// <code>
///   0  u32  index        4  u32  flags (bit 0: log writes, which is never offered)
///   8  u64  descriptors 16  u64  used   24  u64  available   32  u64  log
///  40
/// </code>
/// </summary>
internal readonly record struct VringAddress(uint Index, ulong Descriptors, ulong Used, ulong Available)
{
    /// <summary>Length of the structure, bytes.</summary>
    public const int Size = 40;

    /// <exception cref="FrontEndFaultException">Another length.</exception>
    public static VringAddress Read(ReadOnlySpan<byte> payload)
    {
        PayloadSize.Exactly(payload, Size, FrontEndRequest.SetVringAddress);
        return new VringAddress(
            MemoryMarshal.Read<uint>(payload), MemoryMarshal.Read<ulong>(payload[8..]), MemoryMarshal.Read<ulong>(payload[16..]), MemoryMarshal.Read<ulong>(payload[24..]));
    }

    /// <summary>Without logging.</summary>
    public void Write(Span<byte> payload)
    {
        payload[..Size].Clear();
        MemoryMarshal.Write(payload, Index);
        MemoryMarshal.Write(payload[8..], Descriptors);
        MemoryMarshal.Write(payload[16..], Used);
        MemoryMarshal.Write(payload[24..], Available);
    }
}
