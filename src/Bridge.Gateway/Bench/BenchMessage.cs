using System.Buffers.Binary;

namespace Bridge.Gateway.Bench;

/// <summary>The messages of a run: a number where there is room for one, and bytes that depend on it.</summary>
/// <param name="length">Bytes of a message.</param>
internal sealed class BenchMessage(int length)
{
    /// <summary>Shorter messages have no number: their echoes are told apart by their order, which rpmsg keeps.</summary>
    public const int NumberedLength = sizeof(uint);

    private readonly byte[] _message = new byte[length];

    // 256 different contents, each beginning a byte later.
    private readonly byte[] _content = [.. Enumerable.Range(0, length + 256).Select(static i => (byte)(i * 167))];

    /// <summary>Whether messages carry their number.</summary>
    public bool IsNumbered => length >= NumberedLength;

    /// <summary>The message of that number; valid until the next call.</summary>
    public ReadOnlySpan<byte> Write(uint sequence)
    {
        _content.AsSpan((byte)sequence, length).CopyTo(_message);
        if (IsNumbered)
            BinaryPrimitives.WriteUInt32LittleEndian(_message, sequence);
        return _message;
    }

    /// <summary>The number in an echo of a numbered message.</summary>
    public static uint ReadNumber(ReadOnlySpan<byte> echo) => BinaryPrimitives.ReadUInt32LittleEndian(echo);

    /// <summary>Whether every byte is as it was sent.</summary>
    public bool IsIntact(ReadOnlySpan<byte> echo, uint sequence)
    {
        int from = IsNumbered ? NumberedLength : 0;
        return echo.Length == length && echo[from..].SequenceEqual(_content.AsSpan((byte)sequence + from, length - from));
    }
}
