using System.Globalization;
using System.Text;
using Bridge.Linux;
using Bridge.Ports.Sockets.Kept;

namespace Bridge.Ports.Sockets;

/// <summary>
/// The directory of one device, owned by one gateway at a time:
/// <code>
///   &lt;run&gt;/&lt;device&gt;/.lock       held for our life
///   &lt;run&gt;/&lt;device&gt;/.kept/      0700: what a successor goes on with, where anything is kept
///   &lt;run&gt;/&lt;device&gt;/.new/       0700: a socket is made here and then renamed, so that it appears in its place ready to be connected to
///   &lt;run&gt;/&lt;device&gt;/channels/   endpoints/   services/
///   &lt;run&gt;/&lt;device&gt;/stream, control
/// </code>
/// Nobody but the owner may write to any of them, so no name can be swapped under us.
/// </summary>
internal sealed class RunDirectory : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode OthersWrite = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    // "One opener at a time": whoever comes between a connection and its accept gets a connection that ends at once.
    private const int Backlog = 0;

    private readonly string _path;
    private readonly string _staging;
    private readonly UnixFileMode _mode;
    private readonly uint? _group;
    private readonly StoredListeners _listeners;
    private LockFile? _lock;

    private RunDirectory(string path, UnixFileMode mode, uint? group, StoredListeners listeners)
    {
        (_path, _mode, _group, _listeners) = (path, mode, group, listeners);
        _staging = Path.Combine(path, ".new");
    }

    /// <summary>The device's directory.</summary>
    public string Root => _path;

    /// <summary>
    /// Who may connect, such as <c>user 0 and group 44 (mode 0660)</c>. The kernel refuses everybody else without telling the gateway: connect(2) fails in the path's
    /// permission check, which no listener and no inotify watch sees.
    /// </summary>
    public string Openers
    {
        get
        {
            FileStatus owner = FileEntry.ReadStatus(_path) ?? throw new RunDirectoryException(RunDirectoryFault.Inaccessible, _path, $"{_path} disappeared");
            string who = _mode.HasFlag(UnixFileMode.OtherWrite) ? "everybody"
                : _mode.HasFlag(UnixFileMode.GroupWrite) ? $"user {owner.UserId} and group {owner.GroupId}"
                : $"user {owner.UserId}";
            return $"{who} (mode {Convert.ToString((int)_mode, 8).PadLeft(4, '0')})";
        }
    }

    /// <summary>Stale sockets that were removed at start.</summary>
    public int StaleRemoved { get; private set; }

    /// <summary>Makes or takes over the directory, locks it and removes what an earlier gateway left.</summary>
    /// <param name="options">Where, and who may connect.</param>
    /// <param name="store">Where listening sockets outlive this process; null: nowhere.</param>
    /// <exception cref="RunDirectoryException">It cannot be used.</exception>
    public static RunDirectory Open(SocketsOptions options, IDescriptorStore? store = null)
    {
        string path = Path.Combine(Path.GetFullPath(options.RunDirectory), options.Device);
        CheckLength(path);
        RunDirectory directory = new(path, options.Mode, FindGroup(options.Group, path), new StoredListeners(options.Device, options.Keeps ? store : null));
        try
        {
            directory.Take();
            if (options.Keeps)
            {
                directory.Own(directory.KeptPath, OwnerOnly);
            }

            return directory;
        }
        catch (Exception failure)
        {
            directory.Dispose();
            if (failure is not RunDirectoryException and (IOException or UnauthorizedAccessException))
            {
                throw new RunDirectoryException(RunDirectoryFault.Inaccessible, path, $"{path}: {failure.Message}", failure);
            }

            throw;
        }
    }

    /// <summary>Where an entry's socket lies.</summary>
    public string PathOf(EntryKind kind, string file) => Path.Combine(_path, DirectoryOf(kind), file);

    /// <summary>Makes an entry's socket appear, ready to be connected to, or takes over the one that is there.</summary>
    /// <exception cref="LinuxException">EEXIST: something has the name. Descriptors exhausted.</exception>
    public SeqPacketListener Publish(EntryKind kind, string file)
    {
        string path = PathOf(kind, file);
        if (TryAdopt(path, SeqPacketListener.Adopt) is { } kept)
        {
            return kept;
        }

        string made = Path.Combine(_staging, "s");
        FileEntry.Unlink(made);
        SeqPacketListener listener = SeqPacketListener.Bind(made, _mode, _group, Backlog);
        try
        {
            _listeners.Keep(path, made, listener.Descriptor);
            FileEntry.RenameNoReplace(made, path);
            return listener;
        }
        catch (LinuxException)
        {
            _listeners.Forget(path);
            listener.Dispose();
            FileEntry.Unlink(made);
            throw;
        }
    }

    /// <summary>Makes an entry's socket disappear.</summary>
    public void Unlink(EntryKind kind, string file) => Unlink(PathOf(kind, file));

    /// <summary>Ends a predecessor's listening sockets for which there is no entry any more.</summary>
    public void EndUnused() => _listeners.EndUnused(static path => FileEntry.Unlink(path));

    /// <summary>Where files lie that outlive the process. Nobody but the owner of <c>.lock</c> touches them.</summary>
    public string KeptPath => Path.Combine(_path, ".kept");

    /// <summary>Where stream connections are awaited.</summary>
    public string StreamPath => Path.Combine(_path, "stream");

    /// <summary>Where control requests are awaited.</summary>
    public string ControlPath => Path.Combine(_path, "control");

    /// <summary>Makes <see cref="StreamPath"/>, under the same permissions as the entries' sockets.</summary>
    /// <exception cref="RunDirectoryException">Something has the name. Descriptors exhausted.</exception>
    public StreamListener PublishStream(int backlog) => Publish(StreamPath, StreamListener.AdoptUnix, () => StreamListener.BindUnix(StreamPath, _mode, _group, backlog), static listener => listener.Descriptor);

    /// <summary>Makes <see cref="ControlPath"/>, under the same permissions as the entries' sockets.</summary>
    /// <exception cref="RunDirectoryException">Something has the name. Descriptors exhausted.</exception>
    public SeqPacketListener PublishControl(int backlog) => Publish(ControlPath, SeqPacketListener.Adopt, () => SeqPacketListener.Bind(ControlPath, _mode, _group, backlog), static listener => listener.Descriptor);

    /// <summary>Removes <see cref="StreamPath"/>.</summary>
    public void UnlinkStream() => Unlink(StreamPath);

    /// <summary>Removes <see cref="ControlPath"/>.</summary>
    public void UnlinkControl() => Unlink(ControlPath);

    /// <summary>Releases the directory; the sockets must have been unlinked.</summary>
    public void Dispose() => _lock?.Dispose();

    private void Unlink(string path)
    {
        FileEntry.Unlink(path);
        _listeners.Forget(path);
    }

    /// <summary>The socket that a predecessor left at that place; null: there is none, and nothing has the name.</summary>
    private T? TryAdopt<T>(string path, Func<FileDescriptor, T> adopt)
        where T : class
    {
        try
        {
            return _listeners.Adopt(path) is { } kept ? adopt(kept) : null;
        }
        catch (LinuxException)
        {
            // Somebody else's descriptor under a name of ours: as if there were none.
            Unlink(path);
            return null;
        }
    }

    private T Publish<T>(string path, Func<FileDescriptor, T> adopt, Func<T> bind, Func<T, FileDescriptor> descriptor)
        where T : class
    {
        try
        {
            if (TryAdopt(path, adopt) is { } kept)
            {
                return kept;
            }

            T listener = bind();
            _listeners.Keep(path, path, descriptor(listener));
            return listener;
        }
        catch (LinuxException failure)
        {
            throw new RunDirectoryException(RunDirectoryFault.Socket, path, $"{path} cannot be made ({failure.Errno}): if something else has the name, remove it", failure);
        }
    }

    private static string DirectoryOf(EntryKind kind) => kind switch
    {
        EntryKind.Channel => "channels",
        EntryKind.Endpoint => "endpoints",
        EntryKind.Service => "services",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
    };

    private static void CheckLength(string path)
    {
        // endpoints/<name>.<address> is the longest: 31 bytes of name, a dot, 10 digits.
        string longest = string.Create(CultureInfo.InvariantCulture, $"{path}/endpoints/{new string('x', SocketName.MaximumLength)}.{uint.MaxValue}");
        int excess = Encoding.UTF8.GetByteCount(longest) - UnixSocketAddress.MaximumPathLength;
        if (excess > 0)
        {
            throw new RunDirectoryException(
                RunDirectoryFault.PathTooLong,
                path,
                $"{path} is {excess} bytes too long: with the longest service name a socket's path would be over {UnixSocketAddress.MaximumPathLength} bytes. Use a shorter run directory or device name.");
        }
    }

    private static uint? FindGroup(string? name, string path)
    {
        if (name is null)
        {
            return null;
        }

        return UserGroup.FindGroupOrNumber(name)
            ?? throw new RunDirectoryException(RunDirectoryFault.Group, path, $"there is no group '{name}' on this machine");
    }

    private void Take()
    {
        UnixFileMode readers = SearchModeOf(_mode);
        string run = Path.GetDirectoryName(_path)!;
        if (FileEntry.ReadStatus(run) is null)
        {
            Directory.CreateDirectory(run, readers);
            Own(run, readers);
        }

        CheckRun(run);
        Own(_path, readers);
        _lock = LockFile.TryTake(Path.Combine(_path, ".lock"))
            ?? throw new RunDirectoryException(RunDirectoryFault.Locked, _path, $"{_path} is used by another gateway");
        RemoveStale(_path, mayListen: true);
        Own(_staging, OwnerOnly);
        RemoveStale(_staging, mayListen: false);
        foreach (EntryKind kind in Enum.GetValues<EntryKind>())
        {
            string directory = Path.Combine(_path, DirectoryOf(kind));
            Own(directory, readers);
            RemoveStale(directory, mayListen: true);
        }
    }

    /// <summary>The directory above is the service manager's or the user's: it must be nobody else's, or sticky like /tmp.</summary>
    private static void CheckRun(string run)
    {
        // A link is followed here: /var/run is one.
        FileStatus status = FileEntry.ReadStatus(Directory.ResolveLinkTarget(run, returnFinalTarget: true)?.FullName ?? run)
            ?? throw new RunDirectoryException(RunDirectoryFault.Inaccessible, run, $"{run} does not exist");
        if (status.Kind != FileKind.Directory)
        {
            throw new RunDirectoryException(RunDirectoryFault.NotADirectory, run, $"{run} is not a directory");
        }

        if (status.UserId != UserGroup.EffectiveUserId && status.UserId != 0)
        {
            throw new RunDirectoryException(RunDirectoryFault.ForeignOwner, run, $"{run} belongs to user {status.UserId}, who could replace everything in it");
        }

        if ((status.Mode & OthersWrite) != 0 && (status.Mode & UnixFileMode.StickyBit) == 0)
        {
            throw new RunDirectoryException(RunDirectoryFault.WritableByOthers, run, $"others may write to {run} and could replace everything in it: take that permission away");
        }
    }

    /// <summary>Makes a directory of ours, or checks that it is one, and gives it its mode and group.</summary>
    private void Own(string directory, UnixFileMode mode)
    {
        if (FileEntry.ReadStatus(directory) is null)
        {
            Directory.CreateDirectory(directory, OwnerOnly);
        }

        FileStatus status = FileEntry.ReadStatus(directory)
            ?? throw new RunDirectoryException(RunDirectoryFault.Inaccessible, directory, $"{directory} disappeared");
        if (status.Kind != FileKind.Directory)
        {
            throw new RunDirectoryException(RunDirectoryFault.NotADirectory, directory, $"{directory} is not a directory: remove it");
        }

        if (status.UserId != UserGroup.EffectiveUserId)
        {
            throw new RunDirectoryException(RunDirectoryFault.ForeignOwner, directory, $"{directory} belongs to user {status.UserId}: remove it");
        }

        if ((status.Mode & OthersWrite) != 0)
        {
            throw new RunDirectoryException(RunDirectoryFault.WritableByOthers, directory, $"others may write to {directory}: remove it, or take that permission away");
        }

        try
        {
            if (_group is { } group)
            {
                FileEntry.SetGroup(directory, group);
            }
        }
        catch (LinuxException failure) when (failure.Errno == Errno.EPERM)
        {
            throw new RunDirectoryException(RunDirectoryFault.Group, directory, $"this process may not give files to group {_group}: it must be a member", failure);
        }

        File.SetUnixFileMode(directory, mode);
    }

    /// <summary>Removes sockets that an earlier gateway of this user left, but those that still listen; anything else stays, and keeps its name.</summary>
    private void RemoveStale(string directory, bool mayListen)
    {
        foreach (string path in Directory.EnumerateFileSystemEntries(directory))
        {
            if (FileEntry.ReadStatus(path) is not { Kind: FileKind.Socket } status || status.UserId != UserGroup.EffectiveUserId)
            {
                continue;
            }

            // One under other permissions than are wanted now is made anew.
            bool isAsWanted = mayListen && status.Mode == _mode && (_group is null || status.GroupId == _group);
            if (isAsWanted && _listeners.TryFind(path, status.Inode))
            {
                continue;
            }

            _listeners.Drop(status.Inode);
            if (FileEntry.Unlink(path))
            {
                StaleRemoved++;
            }
        }
    }

    /// <summary>Who may connect must be able to find: r-x for every class that has read permission on the sockets.</summary>
    private static UnixFileMode SearchModeOf(UnixFileMode mode)
    {
        UnixFileMode search = OwnerOnly;
        if ((mode & UnixFileMode.GroupRead) != 0)
        {
            search |= UnixFileMode.GroupRead | UnixFileMode.GroupExecute;
        }

        if ((mode & UnixFileMode.OtherRead) != 0)
        {
            search |= UnixFileMode.OtherRead | UnixFileMode.OtherExecute;
        }

        return search;
    }
}
