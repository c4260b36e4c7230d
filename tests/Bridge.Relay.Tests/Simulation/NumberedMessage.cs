using System.Buffers.Binary;

namespace Bridge.Relay.Tests.Simulation;

/// <summary>A message that knows its life and number, and whose every other byte follows from them: loss, repetition, order and damage all show.</summary>
internal static class NumberedMessage
{
    public const int MinimumLength = 16;

    public static void Write(Span<byte> message, uint life, ulong number)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(message, life);
        BinaryPrimitives.WriteInt32LittleEndian(message[4..], message.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(message[8..], number);
        for (int i = MinimumLength; i < message.Length; i++)
            message[i] = Pattern(life, number, i);
    }

    /// <summary>Null if the message is the expected one, else what is wrong with it.</summary>
    public static string? Check(ReadOnlySpan<byte> message, uint life, ulong number)
    {
        if (message.Length < MinimumLength)
            return $"{message.Length} bytes";
        uint gotLife = BinaryPrimitives.ReadUInt32LittleEndian(message);
        ulong gotNumber = BinaryPrimitives.ReadUInt64LittleEndian(message[8..]);
        if (gotLife != life || gotNumber != number)
            return $"message {gotNumber} of life {gotLife} where {number} of life {life} is next";
        if (BinaryPrimitives.ReadInt32LittleEndian(message[4..]) != message.Length)
            return $"message {number} has {message.Length} bytes";
        for (int i = MinimumLength; i < message.Length; i++)
        {
            if (message[i] != Pattern(life, number, i))
                return $"message {number}: byte {i} is damaged";
        }

        return null;
    }

    private static byte Pattern(uint life, ulong number, int at) => (byte)(life * 31 + number * 7 + (ulong)at * 13);
}
