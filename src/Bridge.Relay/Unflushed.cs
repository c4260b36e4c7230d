namespace Bridge.Relay;

/// <summary>What one queue has written since the last flush although it may wait.</summary>
internal struct Unflushed
{
    private int _flushes;
    private ulong _waiting;

    /// <summary>Whether so many more may wait.</summary>
    /// <param name="lull">The device's.</param>
    /// <param name="count">Chains or elements that were just written.</param>
    /// <param name="places">Of the queue.</param>
    public bool TryAdd(Lull lull, int count, uint places)
    {
        if (_flushes != lull.Flushes)
            (_flushes, _waiting) = (lull.Flushes, 0);
        _waiting += (uint)count;
        return lull.TryWait(_waiting, places);
    }
}
