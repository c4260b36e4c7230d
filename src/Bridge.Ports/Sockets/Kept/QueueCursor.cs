namespace Bridge.Ports.Sockets.Kept;

/// <summary>Which places of a queue of messages are taken: a ring.</summary>
internal struct QueueCursor
{
    private int _first;
    private int _count;

    /// <summary>Messages that wait.</summary>
    public readonly int Count => _count;

    /// <summary>The place of the message that waits longest; only if there is one.</summary>
    public readonly int First => _first;

    /// <summary>The place for the next message; -1: the queue is full.</summary>
    public readonly int Next(int capacity) => _count == capacity ? -1 : (_first + _count) % capacity;

    /// <summary>A message has been written to <see cref="Next"/>.</summary>
    public void Add() => _count++;

    /// <summary>The message that waited longest has gone.</summary>
    public void RemoveFirst(int capacity)
    {
        _count--;
        // From the start again whenever it runs empty: a reader that is only a little slow needs only a few places.
        _first = _count == 0 ? 0 : (_first + 1) % capacity;
    }

    /// <summary>All have gone; returns how many there were.</summary>
    public int Clear()
    {
        (int count, _count, _first) = (_count, 0, 0);
        return count;
    }

    /// <summary>It can be that of a queue of that capacity.</summary>
    public readonly bool IsPossible(int capacity) => (uint)_count <= (uint)capacity && (uint)_first < (uint)capacity;
}
