using System.Numerics;
using Bridge.Linux.Native;

namespace Bridge.Linux;

/// <summary>
/// A stretch of a file that somebody else passed to this process, mapped shared, readable and writable (mmap(2)). The descriptor is not needed any more once the
/// stretch is mapped, except to ask for <see cref="IsWhole"/>.
/// </summary>
/// <remarks>
/// Whoever owns the file may cut it short, and to touch a page beyond its end ends the process (SIGBUS), unless the file is sealed against that
/// (<see cref="IsSealed"/>). See src/README.md, "Foreign memory".
/// </remarks>
public sealed unsafe class MappedFile : IDisposable
{
    private readonly FileDescriptor _file;
    private readonly ulong _end;
    private readonly nuint _mapped;
    private nint _base;

    private MappedFile(FileDescriptor file, nint @base, nuint mapped, nint address, ulong size, ulong end, bool isSealed) =>
        (_file, _base, _mapped, Address, Size, _end, IsSealed) = (file, @base, mapped, address, size, end, isSealed);

    /// <summary>Where the stretch begins in this process.</summary>
    public nint Address { get; }

    /// <summary>Its length, bytes.</summary>
    public ulong Size { get; }

    /// <summary>F_SEAL_SHRINK: nobody can cut the file short.</summary>
    public bool IsSealed { get; }

    /// <summary>Whether the file still reaches to the end of the stretch. A file that is not sealed may be cut short at any moment after this has looked.</summary>
    public bool IsWhole => IsSealed || (Read(_file) is { } status && status.stx_size >= _end);

    /// <summary>Maps a stretch of a file.</summary>
    /// <param name="file">A regular file (tmpfs, hugetlbfs, memfd ...), open for reading and writing. Taken over: it is closed with the mapping, or when this throws.</param>
    /// <param name="offset">Where the stretch begins in the file, bytes.</param>
    /// <param name="size">Its length, bytes; at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The stretch is empty, or the file does not reach so far.</exception>
    /// <exception cref="LinuxException">EINVAL: not a regular file. EACCES: not open for reading and writing. ENOMEM: no room in the address space.</exception>
    public static MappedFile Map(FileDescriptor file, ulong offset, ulong size)
    {
        try
        {
            // Sealed by us where its owner has left that open: nobody has use for memory that shrinks under a device. Before its size is looked at: afterwards it could be too late.
            bool isSealed = (Libc.fcntl(file, Libc.F_GET_SEALS, 0) is > 0 and int seals && (seals & Libc.F_SEAL_SHRINK) != 0)
                || Libc.fcntl(file, Libc.F_ADD_SEALS, Libc.F_SEAL_SHRINK) == 0;
            Libc.StatxBuffer status = Read(file) ?? throw LinuxException.FromLast("statx", file.ToString());
            if ((FileKind)(status.stx_mode >> 12) != FileKind.Regular)
            {
                throw new LinuxException("mmap", Errno.EINVAL, $"{file}, which is not a regular file");
            }

            if (size == 0 || offset > status.stx_size || size > status.stx_size - offset)
            {
                throw new ArgumentOutOfRangeException(nameof(size), size, $"{size} bytes from {offset} in a file of {status.stx_size}");
            }

            // On hugetlbfs the block size is that of its pages, of which both ends must be multiples; elsewhere it only maps a little more.
            ulong align = Math.Max((ulong)Environment.SystemPageSize, BitOperations.IsPow2(status.stx_blksize) ? status.stx_blksize : 0);
            ulong begin = offset & ~(align - 1);
            nuint length = checked((nuint)((offset + size - begin + align - 1) & ~(align - 1)));
            // SAFETY: a new mapping where the kernel finds room; it overlays nothing.
            nint @base = Libc.mmap(0, length, Libc.PROT_READ | Libc.PROT_WRITE, Libc.MAP_SHARED, file, (long)begin);
            return @base == Libc.MAP_FAILED
                ? throw LinuxException.FromLast("mmap", file.ToString())
                : new MappedFile(file, @base, length, @base + (nint)(offset - begin), size, offset + size, isSealed);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Unmaps it. Nothing may touch it any more, on any thread.</summary>
    public void Dispose()
    {
        if (_base != 0)
        {
            // SAFETY: exactly what was mapped, once; the caller vouches that nobody touches it.
            _ = Libc.munmap(_base, _mapped);
            _base = 0;
        }

        _file.Dispose();
    }

    private static Libc.StatxBuffer? Read(FileDescriptor file)
    {
        Libc.StatxBuffer buffer;
        // SAFETY: the kernel writes one struct statx of 256 bytes, the size of the local.
        return Libc.statx_descriptor(file, "", Libc.AT_EMPTY_PATH, Libc.STATX_BASIC_STATS, &buffer) == 0 ? buffer : null;
    }
}
