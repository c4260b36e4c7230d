using System.Runtime.InteropServices;

namespace Bridge.Ports.VhostUser.Messages;

/// <summary>A number for a queue: index u32, number u32.</summary>
internal readonly record struct VringState(uint Index, uint Number)
{
    /// <summary>Length of the structure, bytes.</summary>
    public const int Size = sizeof(uint) + sizeof(uint);

    /// <exception cref="FrontEndFaultException">Another length.</exception>
    public static VringState Read(ReadOnlySpan<byte> payload, FrontEndRequest request)
    {
        PayloadSize.Exactly(payload, Size, request);
        return new VringState(MemoryMarshal.Read<uint>(payload), MemoryMarshal.Read<uint>(payload[4..]));
    }

    public void Write(Span<byte> payload)
    {
        MemoryMarshal.Write(payload, Index);
        MemoryMarshal.Write(payload[4..], Number);
    }
}
