using Bridge.Linux.Native;

namespace Bridge.Linux;

/// <summary>
/// A file whose lock (flock(2)) says who owns a directory. The kernel releases it when the process ends, however it ends; the file
/// itself stays, because removing it would let two owners lock two files of one name.
/// </summary>
public sealed class LockFile : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly FileDescriptor _file;

    private LockFile(FileDescriptor file) => _file = file;

    /// <summary>Takes the lock; null if another process, or another lock of this process, holds it.</summary>
    /// <exception cref="LinuxException">The file cannot be created or locked.</exception>
    public static LockFile? TryTake(string path)
    {
        // Not a FileStream: .NET takes a lock of its own when it opens, which fails while ours is held.
        FileDescriptor file = new(Libc.open(path, Libc.O_RDWR | Libc.O_CREAT | Libc.O_CLOEXEC, (uint)OwnerOnly));
        if (file.IsInvalid)
        {
            throw LinuxException.FromLast("open", path);
        }

        if (Libc.flock(file, Libc.LOCK_EX | Libc.LOCK_NB) == 0)
        {
            return new LockFile(file);
        }

        LinuxException failure = LinuxException.FromLast("flock", path);
        file.Dispose();
        return failure.Errno == Errno.EAGAIN ? null : throw failure;
    }

    /// <summary>Releases the lock, also where a child process that is just being made has a copy of the descriptor.</summary>
    public void Dispose()
    {
        if (!_file.IsClosed)
        {
            // Closing alone would do it only when the last copy is closed. It cannot fail on a descriptor that holds the lock.
            _ = Libc.flock(_file, Libc.LOCK_UN);
        }

        _file.Dispose();
    }
}
