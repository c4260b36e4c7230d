using System.Buffers.Binary;

namespace Bridge.Gateway.Lab;

/// <summary>
/// The numbered messages that the guest's program <c>rpmsg</c> sends and checks (<c>tests/kernel/guest/numbered.c</c>): number, whether it is the last one, and bytes that follow from
/// seed and number, as many as follow from them. For one direction and one thread.
/// </summary>
internal sealed class GuestMessages(uint seed)
{
    /// <summary>Bytes of the longest message: the payload of a 512-byte buffer.</summary>
    public const int Maximum = 496;

    private const int Header = 9, Last = 8;

    private readonly byte[] _expected = new byte[Maximum];

    /// <summary>Writes a message; its length.</summary>
    public int Write(long number, bool last, Span<byte> message)
    {
        ulong state = ((ulong)seed << 32) ^ (ulong)number;
        int length = Header + (int)(Next(ref state) % (Maximum - Header + 1));
        BinaryPrimitives.WriteInt64LittleEndian(message, number);
        message[Last] = last ? (byte)1 : (byte)0;
        for (int i = Header; i < length; i++)
            message[i] = (byte)Next(ref state);
        return length;
    }

    /// <summary>True if every bit of a received message is as it was sent.</summary>
    public bool IsIntact(ReadOnlySpan<byte> message, out bool last)
    {
        last = message.Length >= Header && message[Last] != 0;
        if (message.Length < Header)
            return false;
        int length = Write(BinaryPrimitives.ReadInt64LittleEndian(message), last, _expected);
        return message.SequenceEqual(_expected.AsSpan(0, length));
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
