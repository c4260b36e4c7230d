using System.Runtime.CompilerServices;
using Bridge.Linux.Native;

namespace Bridge.Linux;

/// <summary>
/// A file of this program's own in memory (tmpfs), mapped shared: what was stored into it before the process ended, however it ended, its successor finds, in the order of the
/// program. Its user writes a header with a checksum before it publishes the file, and checks it after it has opened one.
/// </summary>
/// <remarks>
/// Readable and writable by its owner only; every byte that is touched must be allocated before (a page that tmpfs has no room for ends the process with SIGBUS). One process at a time has it,
/// by a lock of its user's. Not thread-safe as far as it is created, published and disposed of; for its bytes their user answers.
/// </remarks>
public sealed unsafe class StateFile : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly FileDescriptor _file;
    private readonly nuint _mapped;
    private bool _isUnpublished;

    private StateFile(FileDescriptor file, string? path, ulong size, bool isUnpublished)
    {
        (_file, Path, Size, _isUnpublished) = (file, path, size, isUnpublished);
        _mapped = checked((nuint)size);
        // SAFETY: a new mapping where the kernel finds room; it overlays nothing.
        nint address = Libc.mmap(0, _mapped, Libc.PROT_READ | Libc.PROT_WRITE, Libc.MAP_SHARED, file, 0);
        if (address == Libc.MAP_FAILED)
        {
            throw LinuxException.FromLast("mmap", path);
        }

        Address = address;
    }

    /// <summary>Its final name; null: it has none and is gone with this object.</summary>
    public string? Path { get; }

    /// <summary>Where it begins in this process, on a page's boundary; 0 once it is disposed of.</summary>
    public nint Address { get; private set; }

    /// <summary>Its length, bytes.</summary>
    public ulong Size { get; }

    /// <summary>Creates one of zeroes, beside its final name: <see cref="Publish"/> gives it that. What a predecessor had not published is replaced.</summary>
    /// <param name="path">The final name.</param>
    /// <param name="size">Bytes, at least 1.</param>
    /// <param name="allocated">How many of them can be touched at once, from the beginning; the others after <see cref="Allocate(ulong, ulong)"/>.</param>
    /// <exception cref="LinuxException">ENOSPC: no room for what is to be allocated. EACCES: not our directory.</exception>
    public static StateFile Create(string path, ulong size, ulong allocated)
    {
        string beside = Beside(path);
        FileEntry.Unlink(beside);
        FileDescriptor file = new(Libc.open(beside, Libc.O_RDWR | Libc.O_CREAT | Libc.O_EXCL | Libc.O_CLOEXEC, (uint)OwnerOnly));
        if (file.IsInvalid)
        {
            throw LinuxException.FromLast("open", beside);
        }

        try
        {
            MemoryFile.SetSize(file, size);
            Allocate(file, 0, allocated, beside);
            return new StateFile(file, path, size, isUnpublished: true);
        }
        catch (LinuxException)
        {
            file.Dispose();
            FileEntry.Unlink(beside);
            throw;
        }
    }

    /// <summary>Creates one of zeroes without a name, for who keeps nothing.</summary>
    /// <param name="name">What /proc shows; need not be unique.</param>
    /// <param name="size">Bytes, at least 1.</param>
    /// <param name="allocated">As in <see cref="Create"/>.</param>
    /// <exception cref="LinuxException">Descriptors or memory are exhausted.</exception>
    public static StateFile CreateUnnamed(string name, ulong size, ulong allocated)
    {
        FileDescriptor file = MemoryFile.Create(name, size, sealable: false);
        try
        {
            Allocate(file, 0, allocated, name);
            return new StateFile(file, path: null, size, isUnpublished: false);
        }
        catch (LinuxException)
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Opens what a predecessor published; null: there is none. Whether it is what is expected, its user must look.</summary>
    /// <exception cref="LinuxException">It cannot be used: EACCES, EINVAL (not a regular file of our own, or empty).</exception>
    public static StateFile? TryOpen(string path)
    {
        FileDescriptor file = new(Libc.open(path, Libc.O_RDWR | Libc.O_CLOEXEC, 0));
        if (file.IsInvalid)
        {
            return LinuxException.Last == Errno.ENOENT ? null : throw LinuxException.FromLast("open", path);
        }

        try
        {
            Libc.StatxBuffer status;
            // SAFETY: the kernel writes one struct statx of 256 bytes, the size of the local.
            SocketDescriptor.Check(Libc.statx_descriptor(file, "", Libc.AT_EMPTY_PATH, Libc.STATX_BASIC_STATS, &status), "statx", path);
            return (FileKind)(status.stx_mode >> 12) == FileKind.Regular && status.stx_uid == Libc.geteuid() && status.stx_size > 0
                ? new StateFile(file, path, status.stx_size, isUnpublished: false)
                : throw new LinuxException("open", Errno.EINVAL, path);
        }
        catch (LinuxException)
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Makes sure that a stretch can be touched; bytes that could be before keep their values.</summary>
    /// <param name="offset">First byte.</param>
    /// <param name="length">How many; 0: nothing is done.</param>
    /// <exception cref="LinuxException">ENOSPC: there is no room.</exception>
    public void Allocate(ulong offset, ulong length)
    {
        Check(offset, length);
        Allocate(_file, offset, length, Path);
    }

    /// <summary>Gives it its final name, in one step; what had that name before is gone.</summary>
    /// <exception cref="LinuxException">The directory has gone.</exception>
    public void Publish()
    {
        if (_isUnpublished)
        {
            SocketDescriptor.Check(Libc.rename(Beside(Path!), Path!), "rename", Path!);
            _isUnpublished = false;
        }
    }

    /// <summary>Takes its name away: no successor finds it. Its bytes stay until it is disposed of. Nothing happens without a name.</summary>
    /// <exception cref="LinuxException">Not allowed.</exception>
    public void Unlink()
    {
        if (Path is { } path)
        {
            FileEntry.Unlink(_isUnpublished ? Beside(path) : path);
            _isUnpublished = false;
        }
    }

    /// <summary>A stretch of its bytes. Not to be used any more once the file is disposed of.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It does not reach so far.</exception>
    /// <exception cref="ObjectDisposedException">It is disposed of.</exception>
    public Span<byte> Span(ulong offset, int length)
    {
        Check(offset, checked((ulong)length));
        // SAFETY: inside the mapping, as just checked; that its pages are allocated, and not used after Dispose, the caller vouches for.
        return new Span<byte>((byte*)Address + offset, length);
    }

    /// <summary>A structure in it.</summary>
    /// <param name="offset">A multiple of its alignment.</param>
    /// <exception cref="ArgumentOutOfRangeException">It does not reach so far.</exception>
    /// <exception cref="ObjectDisposedException">It is disposed of.</exception>
    public ref T At<T>(ulong offset)
        where T : unmanaged
    {
        Check(offset, (ulong)sizeof(T));
        // SAFETY: as in Span.
        return ref Unsafe.AsRef<T>((byte*)Address + offset);
    }

    /// <summary>Unmaps it; nothing may touch it any more, on any thread. Without <see cref="Publish"/> it is gone, with it the name stays for a successor.</summary>
    public void Dispose()
    {
        if (Address == 0)
        {
            return;
        }

        // SAFETY: exactly what was mapped, once; the caller vouches that nobody touches it.
        _ = Libc.munmap(Address, _mapped);
        Address = 0;
        _file.Dispose();
        if (_isUnpublished)
        {
            FileEntry.Unlink(Beside(Path!));
        }
    }

    private static string Beside(string path) => path + ".new";

    private static void Allocate(FileDescriptor file, ulong offset, ulong length, string? subject)
    {
        if (length == 0)
        {
            return;
        }

        Errno error;
        do
        {
            error = (Errno)Libc.posix_fallocate(file, checked((long)offset), checked((long)length));
        }
        while (error == Errno.EINTR);
        if (error != Errno.None)
        {
            throw new LinuxException("posix_fallocate", error, subject);
        }
    }

    private void Check(ulong offset, ulong length)
    {
        ObjectDisposedException.ThrowIf(Address == 0, this);
        if (offset > Size || length > Size - offset)
        {
            throw new ArgumentOutOfRangeException(nameof(offset), offset, $"{length} bytes from {offset} in a file of {Size}");
        }
    }
}
