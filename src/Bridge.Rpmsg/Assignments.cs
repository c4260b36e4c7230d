namespace Bridge.Rpmsg;

/// <summary>The virtio side's memory of the address service: which announcements asked for it, and which local endpoints were assigned to each.</summary>
internal sealed class Assignments
{
    private readonly Dictionary<(string Name, uint Remote), HashSet<uint>> _locals = [];

    /// <summary>The announcement asks to be told who opens an endpoint to it.</summary>
    public void Announced(string name, uint remote) => _locals.TryAdd((name, remote), []);

    /// <summary>The announcement is there and asks for it.</summary>
    public bool IsAnnounced(string name, uint remote) => _locals.ContainsKey((name, remote));

    /// <summary>The announcement has gone. Gives the endpoints that were assigned to it.</summary>
    public IReadOnlyCollection<uint> Withdrawn(string name, uint remote) =>
        _locals.Remove((name, remote), out HashSet<uint>? locals) ? locals : [];

    /// <summary>True: tell the other side. False: it did not ask, or has been told.</summary>
    public bool TryAssign(string name, uint local, uint remote) =>
        _locals.TryGetValue((name, remote), out HashSet<uint>? locals) && locals.Add(local);

    /// <summary>True: tell the other side. False: it was not told of this endpoint.</summary>
    public bool TryFree(string name, uint local, uint remote) =>
        _locals.TryGetValue((name, remote), out HashSet<uint>? locals) && locals.Remove(local);

    /// <summary>The life of the device ended.</summary>
    public void Clear() => _locals.Clear();
}
