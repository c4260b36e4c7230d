using Bridge.Linux;
using Bridge.Ports.Sockets;

namespace Bridge.Ports.Tests.Sockets.Kept;

/// <summary>A descriptor store in this process: duplicates that no kill closes.</summary>
internal sealed class DescriptorShelf : IDescriptorStore, IDisposable
{
    private readonly Dictionary<string, FileDescriptor> _kept = [];

    /// <summary>Names that a predecessor knew and nobody has asked for.</summary>
    private readonly HashSet<string> _untaken = [];

    public IReadOnlyCollection<string> Names => _kept.Keys;

    /// <summary>Applications' sockets that are kept.</summary>
    public int Conversations => _kept.Keys.Count(static name => name.Contains("/conversation/", StringComparison.Ordinal));

    /// <summary>Whoever had it is gone: what is kept can be taken.</summary>
    public void Offer() => _untaken.UnionWith(_kept.Keys);

    public bool Keep(string name, FileDescriptor descriptor)
    {
        Assert.Matches("^[!-9;-~]{1,255}$", name);
        _kept.Add(name, MemoryFile.Duplicate(descriptor));
        return true;
    }

    public void Forget(string name)
    {
        _untaken.Remove(name);
        if (_kept.Remove(name, out FileDescriptor? descriptor))
        {
            descriptor.Dispose();
        }
    }

    public FileDescriptor? Take(string name) => _untaken.Remove(name) ? MemoryFile.Duplicate(_kept[name]) : null;

    public int EndOthers(string prefix)
    {
        string[] others = [.. _untaken.Where(name => name.StartsWith(prefix, StringComparison.Ordinal))];
        foreach (string other in others)
        {
            _untaken.Remove(other);
            Forget(other);
        }

        return others.Length;
    }

    public void Dispose()
    {
        foreach (FileDescriptor descriptor in _kept.Values)
        {
            descriptor.Dispose();
        }
    }
}
