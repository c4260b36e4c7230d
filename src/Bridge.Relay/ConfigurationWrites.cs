namespace Bridge.Relay;

/// <summary>
/// What the driver has written to the configuration space in one life, by value: a write is kept as long as it is the last word on at least one byte. So what is kept is
/// bounded by the fields that may be written, and sending all of it again is the same as sending it once.
/// </summary>
/// <remarks>Belongs to the device's turn.</remarks>
public sealed class ConfigurationWrites
{
    private readonly List<Entry> _entries = [];

    /// <summary>The number of the newest write; 0: none.</summary>
    public uint Last { get; private set; }

    /// <summary>Takes a write, which gets the next number. False: the numbers of this life are used up.</summary>
    public bool TryAdd(int offset, ReadOnlySpan<byte> bytes)
    {
        // One more than the last number must still be a number: it is what the device side states.
        if (Last >= uint.MaxValue - 1)
            return false;
        int end = offset + bytes.Length;
        _entries.RemoveAll(entry => entry.Offset >= offset && entry.Offset + entry.Bytes.Length <= end);
        _entries.Add(new Entry(++Last, offset, bytes.ToArray()));
        return true;
    }

    /// <summary>The first write above that number that is still the last word on something; null: none.</summary>
    public (uint Number, int Offset, ReadOnlyMemory<byte> Bytes)? Next(uint above)
    {
        foreach (Entry entry in _entries)
        {
            if (entry.Number > above)
                return (entry.Number, entry.Offset, entry.Bytes);
        }

        return null;
    }

    /// <summary>The space with the writes above that number in it; the space itself if there are none.</summary>
    public ReadOnlyMemory<byte> Over(ReadOnlyMemory<byte> space, uint above)
    {
        if (above >= Last)
            return space;
        byte[] copy = space.ToArray();
        foreach (Entry entry in _entries)
        {
            if (entry.Number > above && entry.Offset + entry.Bytes.Length <= copy.Length)
                entry.Bytes.CopyTo(copy, entry.Offset);
        }

        return copy;
    }

    /// <summary>A new life: nothing is written.</summary>
    public void Clear()
    {
        _entries.Clear();
        Last = 0;
    }

    private readonly record struct Entry(uint Number, int Offset, byte[] Bytes);
}
