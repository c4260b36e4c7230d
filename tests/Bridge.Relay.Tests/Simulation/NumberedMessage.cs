using System.Buffers.Binary;

namespace Bridge.Relay.Tests.Simulation;

/// <summary>A message that knows its life and number, and whose every other byte follows from them: loss, repetition, order and damage all show.</summary>
internal static class NumberedMessage
{
    public const int MinimumLength = 16;

    // Each byte is 13 more than the one before. 13 is odd, so every first byte occurs among 256 places of the table: a message is a piece of it.
    private const byte Step = 13;
    private static readonly byte[] Table = [.. Enumerable.Range(0, 256 + (1 << 18)).Select(i => (byte)(i * Step))];
    private static readonly int[] PlaceOf = [.. Enumerable.Range(0, 256).Select(first => Table.AsSpan().IndexOf((byte)first))];

    public static void Write(Span<byte> message, uint life, ulong number)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(message, life);
        BinaryPrimitives.WriteInt32LittleEndian(message[4..], message.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(message[8..], number);
        Pattern(life, number, message.Length - MinimumLength).CopyTo(message[MinimumLength..]);
    }

    /// <summary>What a message says of itself; zeros if it is too short to say anything.</summary>
    public static (uint Life, ulong Number) Read(ReadOnlySpan<byte> message) => message.Length < MinimumLength
        ? default
        : (BinaryPrimitives.ReadUInt32LittleEndian(message), BinaryPrimitives.ReadUInt64LittleEndian(message[8..]));

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
        ReadOnlySpan<byte> body = message[MinimumLength..];
        int good = body.CommonPrefixLength(Pattern(life, number, body.Length));
        return good == body.Length ? null : $"message {number}: byte {MinimumLength + good} is damaged";
    }

    private static ReadOnlySpan<byte> Pattern(uint life, ulong number, int length) => Table.AsSpan(PlaceOf[(byte)(life * 31 + number * 7)], length);
}
