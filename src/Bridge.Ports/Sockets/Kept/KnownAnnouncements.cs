namespace Bridge.Ports.Sockets.Kept;

/// <summary>The records of the other side's announcements.</summary>
internal sealed class KnownAnnouncements(KeptSockets kept)
{
    private readonly Dictionary<(string Name, uint Address), int> _slots = [];

    /// <summary>A service of the other side exists.</summary>
    public void Add(string name, uint address, bool asksForAssignment) =>
        _slots[(name, address)] = kept.AddAnnouncement(name, address, asksForAssignment);

    /// <summary>A predecessor knew it.</summary>
    public void Restore(string name, uint address, int slot) => _slots[(name, address)] = slot;

    /// <summary>It has gone.</summary>
    public void Remove(string name, uint address)
    {
        if (_slots.Remove((name, address), out int slot))
        {
            kept.RemoveAnnouncement(slot);
        }
    }
}
