using Bridge.Linux.Native;

namespace Bridge.Linux;

/// <summary>
/// A file whose lock (flock(2)) says who owns a directory. The kernel releases it when the process ends, however it ends; the file
/// itself stays, because removing it would let two owners lock two files of one name.
/// </summary>
public sealed class LockFile : IDisposable
{
    private readonly FileStream _file;

    private LockFile(FileStream file) => _file = file;

    /// <summary>Takes the lock; null if another process, or another lock of this process, holds it.</summary>
    /// <exception cref="IOException">The file cannot be created (also <see cref="LinuxException"/>).</exception>
    /// <exception cref="UnauthorizedAccessException">Not allowed.</exception>
    public static LockFile? TryTake(string path)
    {
        FileStream file = new(path, new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,
            // ReadWrite: .NET then takes no flock of its own.
            Share = FileShare.ReadWrite,
            BufferSize = 0,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        if (Libc.flock(file.SafeFileHandle, Libc.LOCK_EX | Libc.LOCK_NB) == 0)
        {
            return new LockFile(file);
        }

        LinuxException failure = LinuxException.FromLast("flock", path);
        file.Dispose();
        return failure.Errno == Errno.EAGAIN ? null : throw failure;
    }

    /// <summary>Releases the lock.</summary>
    public void Dispose() => _file.Dispose();
}
