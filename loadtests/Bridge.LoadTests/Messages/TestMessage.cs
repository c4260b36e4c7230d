using System.Buffers.Binary;

namespace Bridge.LoadTests.Messages;

/// <summary>What the load is made of: kind (1 byte), number (8), intended time of sending as a timestamp (8), then anything.</summary>
internal static class TestMessage
{
    /// <summary>Counted by the other end.</summary>
    public const byte Counted = (byte)'C';

    /// <summary>Sent back as it is.</summary>
    public const byte Echoed = (byte)'E';

    /// <summary>Asks how many were counted since the last question; answered with the same kind and that number.</summary>
    public const byte Question = (byte)'Q';

    /// <summary>The shortest message.</summary>
    public const int MinimumLength = 17;

    /// <summary>Writes kind and number.</summary>
    public static void Write(Span<byte> message, byte kind, long number, long time = 0)
    {
        message[0] = kind;
        BinaryPrimitives.WriteInt64LittleEndian(message[1..], number);
        BinaryPrimitives.WriteInt64LittleEndian(message[9..], time);
    }

    /// <summary>The number.</summary>
    public static long Number(ReadOnlySpan<byte> message) => BinaryPrimitives.ReadInt64LittleEndian(message[1..]);

    /// <summary>The intended time of sending.</summary>
    public static long Time(ReadOnlySpan<byte> message) => BinaryPrimitives.ReadInt64LittleEndian(message[9..]);
}
