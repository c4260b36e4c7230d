using System.Buffers.Binary;
using System.Collections;

namespace Bridge.Gateway.Lab;

/// <summary>
/// One direction between two applications, counted from outside: what <c>send()</c> accepted against what <c>recv()</c> returned.
/// Every message begins with its number (8 bytes, little endian). One thread sends, one receives.
/// </summary>
internal sealed class Delivery
{
    /// <summary>Bytes of the number.</summary>
    public const int HeaderSize = 8;

    private readonly BitArray _seen;
    private long _highest = -1, _before = -1;
    private long _accepted, _received;

    /// <summary>A direction for at most that many messages.</summary>
    public Delivery(int capacity) => _seen = new BitArray(Math.Max(capacity, 1));

    /// <summary>Messages that <c>send()</c> accepted.</summary>
    public long Accepted => Interlocked.Read(ref _accepted);

    /// <summary>Messages that <c>recv()</c> returned, repetitions included.</summary>
    public long Received => Interlocked.Read(ref _received);

    /// <summary>Messages with a number that was never sent, or too short for one.</summary>
    public long Foreign { get; private set; }

    /// <summary>Came more than once.</summary>
    public long Duplicated { get; private set; }

    /// <summary>Those among <see cref="Duplicated"/> that came directly after themselves: what was being handed over was handed over again.</summary>
    public long Repeated { get; private set; }

    /// <summary>Came after a message with a higher number.</summary>
    public long Reordered { get; private set; }

    /// <summary>Accepted and never received.</summary>
    public long Lost => Accepted - (Received - Duplicated - Foreign);

    /// <summary>How many of the messages with numbers below <paramref name="number"/> were never received. When nobody receives any more.</summary>
    public long LostBelow(long number) => Enumerable.Range(0, checked((int)number)).Count(one => !_seen[one]);

    /// <summary>Numbers the next message.</summary>
    public void Number(Span<byte> message) => BinaryPrimitives.WriteInt64LittleEndian(message, _accepted);

    /// <summary><c>send()</c> took the message that was numbered last.</summary>
    public void CountAccepted() => Interlocked.Increment(ref _accepted);

    /// <summary>Counts a received message. False = its number was never sent, or was seen before: its content counts for nothing.</summary>
    public bool CountReceived(ReadOnlySpan<byte> message)
    {
        long number = message.Length < HeaderSize ? -1 : BinaryPrimitives.ReadInt64LittleEndian(message);
        bool known = number >= 0 && number < _seen.Length;
        bool fresh = known && !_seen[(int)number];
        if (!known)
            Foreign++;
        else if (!fresh)
        {
            Duplicated++;
            Repeated += number == _before ? 1 : 0;
        }
        else
        {
            _seen[(int)number] = true;
            if (number < _highest)
                Reordered++;
            _highest = Math.Max(_highest, number);
        }

        _before = number;
        // Last: whoever sees the count sees the rest.
        Interlocked.Increment(ref _received);
        return fresh;
    }
}
