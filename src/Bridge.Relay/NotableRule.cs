using System.Buffers.Binary;

namespace Bridge.Relay;

/// <summary>Which messages of a device type a port hears of that keeps its driver through the loss of the device side: those with a certain 32-bit number, little-endian, at a certain place.</summary>
/// <param name="Offset">Where, bytes from the start of what the chain carries.</param>
/// <param name="Value">The number.</param>
public sealed record NotableRule(int Offset, uint Value)
{
    /// <summary>How much of the message the port is shown, bytes.</summary>
    public const int Length = 64;

    /// <summary>True for the bytes at the offset of a message that the port must hear of.</summary>
    internal bool Matches(ReadOnlySpan<byte> word) => BinaryPrimitives.ReadUInt32LittleEndian(word) == Value;
}
