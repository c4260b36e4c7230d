using Bridge.Rpmsg;

namespace Bridge.Ports.CrossConnect;

/// <summary>The names that one driver has alive, and which of them the other driver is still to be told of. Bounded: a driver that announces for ever fills a table, not the memory.</summary>
internal sealed class NameTable(int capacity)
{
    private readonly List<Entry> _entries = [];

    /// <summary>Entries of which the other driver is to be told something.</summary>
    public int Due { get; private set; }

    /// <summary>There is no room for another name.</summary>
    public bool IsFull => _entries.Count >= capacity;

    /// <summary>Names that the driver has alive.</summary>
    public IEnumerable<AnnouncedName> Alive => _entries.Where(entry => NameStates.IsAlive(entry.State)).Select(entry => entry.Name);

    /// <summary>Whether a driver has the name alive.</summary>
    public bool IsAlive(AnnouncedName name) => Find(name) is { } at && NameStates.IsAlive(_entries[at].State);

    /// <summary>The driver announces a name that is not alive, for which there is room.</summary>
    public void Announce(AnnouncedName name)
    {
        int at = Find(name) ?? _entries.Count;
        if (at == _entries.Count)
            _entries.Add(new Entry(name, NameState.Gone));
        Apply(at, NameEvent.Announced);
    }

    /// <summary>The driver withdraws a name that is alive.</summary>
    public void Withdraw(AnnouncedName name)
    {
        if (Find(name) is { } at)
            Apply(at, NameEvent.Withdrawn);
    }

    /// <summary>Everything alive is withdrawn (the driver's reset), or forgotten (the other driver's).</summary>
    public void ApplyToAll(NameEvent happened)
    {
        for (int at = _entries.Count - 1; at >= 0; at--)
            Apply(at, happened);
    }

    /// <summary>The message that is due first, in the order of the announcements. Only while <see cref="Due"/> is not 0.</summary>
    public NameServiceMessage PeekDue()
    {
        Entry entry = _entries[FirstDue()];
        return new NameServiceMessage(
            entry.Name.Name, entry.Name.Address, entry.State == NameState.AnnounceDue ? NameServiceFlags.Create : NameServiceFlags.Destroy);
    }

    /// <summary>The other driver's ring has what <see cref="PeekDue"/> told.</summary>
    public void Sent() => Apply(FirstDue(), NameEvent.Sent);

    private int FirstDue() => _entries.FindIndex(entry => NameStates.IsDue(entry.State));

    private int? Find(AnnouncedName name)
    {
        int at = _entries.FindIndex(entry => entry.Name == name);
        return at < 0 ? null : at;
    }

    private void Apply(int at, NameEvent happened)
    {
        Entry entry = _entries[at];
        NameState next = NameStates.Next(entry.State, happened);
        Due += (NameStates.IsDue(next) ? 1 : 0) - (NameStates.IsDue(entry.State) ? 1 : 0);
        if (next == NameState.Gone)
            _entries.RemoveAt(at);
        else
            _entries[at] = entry with { State = next };
    }

    private readonly record struct Entry(AnnouncedName Name, NameState State);
}
