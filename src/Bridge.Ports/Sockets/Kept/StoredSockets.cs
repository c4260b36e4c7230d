using System.Globalization;
using Bridge.Linux;

namespace Bridge.Ports.Sockets.Kept;

/// <summary>Applications' sockets in the descriptor store. A socket goes there when everything else about its conversation is recorded, and leaves it when its end is.</summary>
/// <param name="device">With which names begin.</param>
/// <param name="store">Null: there is none.</param>
internal sealed class StoredSockets(string device, IDescriptorStore? store)
{
    private readonly List<ApplicationConnection> _opened = [];
    private readonly List<ulong> _closed = [];

    /// <summary>There is a store.</summary>
    public bool Exists => store is not null;

    /// <summary>A connection has got its conversation.</summary>
    public void Add(ApplicationConnection connection, KeptSockets kept)
    {
        if (store is not null && kept.IsKept && connection is PacketConnection)
        {
            connection.StoredAs = kept.NextDescriptor();
            _opened.Add(connection);
        }
    }

    /// <summary>A connection is over.</summary>
    public void Remove(ApplicationConnection connection)
    {
        if (connection.StoredAs != 0 && !_opened.Remove(connection))
        {
            _closed.Add(connection.StoredAs);
        }
    }

    /// <summary>Everything that was done so far is recorded.</summary>
    public void OnCommitted()
    {
        if (_opened.Count + _closed.Count == 0)
        {
            return;
        }

        foreach (ApplicationConnection connection in _opened)
        {
            if (!store!.Keep(NameOf(connection.StoredAs), connection.Descriptor))
            {
                // What it sends is drained, should this process end in order.
                connection.StoredAs = 0;
            }
        }

        foreach (ulong number in _closed)
        {
            store!.Forget(NameOf(number));
        }

        _opened.Clear();
        _closed.Clear();
    }

    /// <summary>What a predecessor stored; null: nothing, or it is not usable.</summary>
    public SeqPacketSocket? Take(ulong number)
    {
        if (number == 0 || store?.Take(NameOf(number)) is not { } descriptor)
        {
            return null;
        }

        try
        {
            return SeqPacketSocket.Adopt(descriptor);
        }
        catch (LinuxException)
        {
            // Not a socket: somebody else's, or closed. It counts as one whose application has gone.
            store.Forget(NameOf(number));
            return null;
        }
    }

    /// <summary>Ends what a predecessor stored and nobody has taken.</summary>
    public void EndOthers() => store?.EndOthers($"{device}/");

    private string NameOf(ulong number) => string.Create(CultureInfo.InvariantCulture, $"{device}/conversation/{number}");
}
