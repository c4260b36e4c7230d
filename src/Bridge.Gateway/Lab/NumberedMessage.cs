using System.Buffers.Binary;

namespace Bridge.Gateway.Lab;

/// <summary>
/// Messages of one direction: 8 bytes number, 1 byte whether it is the last one, and bytes that follow from seed and number, as many as follow from them; so everything about a received one can
/// be checked without keeping what was sent. Byte for byte those of the guest's program <c>rpmsg</c> (<c>tests/kernel/guest/numbered.c</c>). One thread at a time.
/// </summary>
internal sealed class NumberedMessage(int seed)
{
    /// <summary>Bytes of the longest message: the payload of a 512-byte buffer.</summary>
    public const int Maximum = 496;

    /// <summary>Bytes of the shortest message: number and flag.</summary>
    public const int Minimum = 9;

    private const int Header = Minimum, Last = 8;

    private readonly byte[] _expected = new byte[Maximum];

    /// <summary>Writes a message; its length.</summary>
    public int Write(long number, bool last, Span<byte> message)
    {
        ulong state = ((ulong)(uint)seed << 32) ^ (ulong)number;
        int length = Header + (int)(Next(ref state) % (Maximum - Header + 1));
        BinaryPrimitives.WriteInt64LittleEndian(message, number);
        message[Last] = last ? (byte)1 : (byte)0;
        for (int i = Header; i < length; i++)
            message[i] = (byte)Next(ref state);
        return length;
    }

    /// <summary>Checks a received message; null when no bit of it may be trusted.</summary>
    public (long Number, bool Last)? Read(ReadOnlySpan<byte> message)
    {
        if (message.Length < Header)
            return null;
        long number = BinaryPrimitives.ReadInt64LittleEndian(message);
        bool last = message[Last] != 0;
        int length = Write(number, last, _expected);
        return message.SequenceEqual(_expected.AsSpan(0, length)) ? (number, last) : null;
    }

    // SplitMix64.
    private static ulong Next(ref ulong state)
    {
        ulong z = state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
