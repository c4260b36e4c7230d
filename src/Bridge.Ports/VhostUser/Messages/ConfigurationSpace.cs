using System.Runtime.InteropServices;

namespace Bridge.Ports.VhostUser.Messages;

/// <summary>A stretch of the configuration space: offset u32, size u32, flags u32, then as many bytes as size says.</summary>
internal readonly record struct ConfigurationSpace(uint Offset, uint Length, uint Flags)
{
    /// <summary>Length of the structure before the bytes.</summary>
    public const int Size = 12;

    /// <summary>The longest configuration space of the protocol, bytes: VHOST_USER_MAX_CONFIG_SIZE.</summary>
    public const int Longest = 256;

    /// <summary>Flags of a write that the driver makes: VHOST_SET_CONFIG_TYPE_FRONTEND. The other value, 1, moves a device's state to another machine.</summary>
    public const uint ByTheDriver = 0;

    /// <exception cref="FrontEndFaultException">Another length.</exception>
    public static ConfigurationSpace Read(ReadOnlySpan<byte> payload, FrontEndRequest request)
    {
        PayloadSize.AtLeast(payload, Size, request);
        var space = new ConfigurationSpace(MemoryMarshal.Read<uint>(payload), MemoryMarshal.Read<uint>(payload[4..]), MemoryMarshal.Read<uint>(payload[8..]));
        if (space.Length != payload.Length - Size)
            throw new FrontEndFaultException($"{request} of {space.Length} bytes with {payload.Length - Size} behind it");
        return space;
    }

    public void Write(Span<byte> payload)
    {
        MemoryMarshal.Write(payload, Offset);
        MemoryMarshal.Write(payload[4..], Length);
        MemoryMarshal.Write(payload[8..], Flags);
    }
}
