namespace Bridge.EndToEnd.Tests.Applications;

/// <summary>What became of the numbered messages of one direction, by the order in which they arrive.</summary>
internal sealed class Receipt
{
    private readonly HashSet<long> _missing = [];
    private long _expected;

    /// <summary>Did not arrive although a later one did, up to now.</summary>
    public long Lost => _missing.Count;

    /// <summary>Arrived more than once.</summary>
    public long Duplicated { get; private set; }

    /// <summary>Arrived after a later one.</summary>
    public long Reordered { get; private set; }

    /// <summary>A message has arrived.</summary>
    public void Add(long number)
    {
        bool newest = number >= _expected;
        for (; _expected <= number; _expected++)
            _missing.Add(_expected);
        if (!_missing.Remove(number))
            Duplicated++;
        else if (!newest)
            Reordered++;
    }
}
