namespace Bridge.Ports.Sockets;

/// <summary>Messages that wait for a slow reader: a ring whose buffers are allocated when first needed, and then used again. Not thread-safe.</summary>
/// <param name="capacity">Messages, at least 1.</param>
/// <param name="maximumLength">Bytes of the longest message.</param>
internal sealed class MessageQueue(int capacity, int maximumLength)
{
    private readonly byte[]?[] _buffers = new byte[capacity][];
    private readonly int[] _lengths = new int[capacity];
    private readonly long[] _began = new long[capacity];
    private int _first;

    /// <summary>Messages that wait.</summary>
    public int Count { get; private set; }

    /// <summary>The message that waits longest; only if there is one.</summary>
    public ReadOnlySpan<byte> First => _buffers[_first].AsSpan(0, _lengths[_first]);

    /// <summary>The timestamp that came with that message; 0 if there is none.</summary>
    public long FirstBegan => Count > 0 ? _began[_first] : 0;

    /// <summary>Copies a message behind the others; false if the queue is full.</summary>
    /// <param name="message">The message.</param>
    /// <param name="began">Since when it has been on its way to the application, as a timestamp; 0: not measured.</param>
    public bool TryEnqueue(ReadOnlySpan<byte> message, long began = 0)
    {
        if (Count == capacity)
        {
            return false;
        }

        int slot = (_first + Count) % capacity;
        message.CopyTo(_buffers[slot] ??= new byte[maximumLength]);
        (_lengths[slot], _began[slot]) = (message.Length, began);
        Count++;
        return true;
    }

    /// <summary>Removes the message that waited longest.</summary>
    public void RemoveFirst()
    {
        Count--;
        // From the start again whenever it runs empty: a reader that is only a little slow needs only a few buffers.
        _first = Count == 0 ? 0 : (_first + 1) % capacity;
    }

    /// <summary>Forgets all messages; returns how many there were.</summary>
    public int Clear()
    {
        (int count, Count, _first) = (Count, 0, 0);
        return count;
    }
}
