using System.Runtime.InteropServices;

namespace Bridge.Ports.VhostUser.Messages;

/// <summary>
/// Where a back end notes which chains it has, so that its successor knows them:
/// <code>
///   0  u64  size, bytes     8  u64  where it begins in its file
///  16  u16  queues         18  u16  entries of the largest ring
///  20  padding to 24, as the C structure has it; replies without it are accepted
/// </code>
/// </summary>
internal readonly record struct InflightRegion(ulong Length, ulong FileOffset, ushort Queues, ushort QueueSize)
{
    /// <summary>Length of the structure, bytes.</summary>
    public const int Size = 24;

    private const int WithoutPadding = 20;

    /// <exception cref="FrontEndFaultException">It is shorter.</exception>
    public static InflightRegion Read(ReadOnlySpan<byte> payload, FrontEndRequest request = FrontEndRequest.GetInflightDescriptor)
    {
        PayloadSize.AtLeast(payload, WithoutPadding, request);
        return new InflightRegion(
            MemoryMarshal.Read<ulong>(payload), MemoryMarshal.Read<ulong>(payload[8..]), MemoryMarshal.Read<ushort>(payload[16..]), MemoryMarshal.Read<ushort>(payload[18..]));
    }

    public byte[] Write()
    {
        byte[] payload = new byte[Size];
        MemoryMarshal.Write(payload, Length);
        MemoryMarshal.Write(payload.AsSpan(8), FileOffset);
        MemoryMarshal.Write(payload.AsSpan(16), Queues);
        MemoryMarshal.Write(payload.AsSpan(18), QueueSize);
        return payload;
    }
}
