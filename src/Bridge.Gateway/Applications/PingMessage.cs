using System.Buffers.Binary;

namespace Bridge.Gateway.Applications;

/// <summary>A ping's content: its sequence number (u32, little endian), then bytes that depend on sequence and place, so that a shifted or mixed-up echo is noticed.</summary>
internal static class PingMessage
{
    /// <summary>Room for the sequence number.</summary>
    public const int MinimumLength = sizeof(uint);

    /// <summary>Fills a whole message.</summary>
    public static void Write(Span<byte> message, uint sequence)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(message, sequence);
        for (int i = MinimumLength; i < message.Length; i++)
        {
            message[i] = (byte)((sequence * 31) + (uint)i);
        }
    }

    /// <summary>The sequence number of what came back; false when it is too short to have one.</summary>
    public static bool TryReadSequence(ReadOnlySpan<byte> message, out uint sequence) => BinaryPrimitives.TryReadUInt32LittleEndian(message, out sequence);
}
