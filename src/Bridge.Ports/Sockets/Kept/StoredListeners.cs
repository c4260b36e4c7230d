using System.Globalization;
using Bridge.Linux;

namespace Bridge.Ports.Sockets.Kept;

/// <summary>
/// Listening sockets in the descriptor store, each under the inode number of its file: so whatever a predecessor was at when it ended, a file is known to belong to the socket that is taken for it. Who connects
/// between the two processes waits to be accepted.
/// </summary>
/// <param name="device">With which names begin.</param>
/// <param name="store">Null: there is none.</param>
internal sealed class StoredListeners(string device, IDescriptorStore? store)
{
    private readonly Dictionary<string, FileDescriptor> _found = [];
    private readonly Dictionary<string, ulong> _stored = [];

    /// <summary>A file was found that a predecessor made. True: its socket is in the store, and stays as it is until <see cref="Adopt"/> or <see cref="EndUnused"/>.</summary>
    public bool TryFind(string path, ulong inode)
    {
        if (store?.Take(NameOf(inode)) is not { } descriptor)
        {
            return false;
        }

        _found.Add(path, descriptor);
        _stored[path] = inode;
        return true;
    }

    /// <summary>A file that a predecessor made is about to be removed; its number may soon be another's.</summary>
    public void Drop(ulong inode)
    {
        if (store?.Take(NameOf(inode)) is { } descriptor)
        {
            descriptor.Dispose();
            store.Forget(NameOf(inode));
        }
    }

    /// <summary>The predecessor's socket at that place, the caller's from now on; null: there is none.</summary>
    public FileDescriptor? Adopt(string path) => _found.Remove(path, out FileDescriptor? descriptor) ? descriptor : null;

    /// <summary>A socket was made. Before its file appears where it is looked for.</summary>
    /// <param name="path">There.</param>
    /// <param name="made">Where it is now.</param>
    /// <param name="listener">The socket.</param>
    public void Keep(string path, string made, FileDescriptor listener)
    {
        if (store is not null && FileEntry.ReadStatus(made) is { } status)
        {
            if (store.Keep(NameOf(status.Inode), listener))
            {
                _stored[path] = status.Inode;
            }
        }
    }

    /// <summary>Its file has gone.</summary>
    public void Forget(string path)
    {
        if (_stored.Remove(path, out ulong inode))
        {
            store!.Forget(NameOf(inode));
        }
    }

    /// <summary>Ends those of the predecessor's that nobody has adopted; their files, which are to be removed first.</summary>
    public void EndUnused(Action<string> unlink)
    {
        foreach ((string path, FileDescriptor descriptor) in _found)
        {
            unlink(path);
            descriptor.Dispose();
            Forget(path);
        }

        _found.Clear();
    }

    private string NameOf(ulong inode) => string.Create(CultureInfo.InvariantCulture, $"{device}/listener/{inode}");
}
