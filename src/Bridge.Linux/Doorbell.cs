using Bridge.Linux.Native;

namespace Bridge.Linux;

/// <summary>
/// A doorbell that somebody else passed to this process: an eventfd, or an end of a pipe or socket pair, rung by writing exactly eight bytes. It never blocks.
/// Every member may be called from any thread.
/// </summary>
public sealed unsafe class Doorbell : IDisposable
{
    // One read takes the whole count of an eventfd, and 64 rings of a pipe.
    private const int TakenAtOnce = 512;

    /// <summary>Takes a passed descriptor over; it is closed when this throws.</summary>
    /// <exception cref="LinuxException">EINVAL: not an eventfd, pipe or socket. EBADF.</exception>
    public Doorbell(FileDescriptor descriptor)
    {
        Descriptor = descriptor;
        try
        {
            Check();
        }
        catch (LinuxException)
        {
            descriptor.Dispose();
            throw;
        }
    }

    /// <summary>For registration with a <see cref="Poller"/>: readable while it has been rung and not been taken.</summary>
    public FileDescriptor Descriptor { get; }

    /// <summary>Rings. One that is full already has rings that nobody took yet: that is the same. False: nobody listens any more.</summary>
    /// <exception cref="LinuxException">The descriptor is not open for writing.</exception>
    public bool Ring()
    {
        ulong one = 1;
        // SAFETY: the kernel reads exactly the eight bytes of the local.
        while (Libc.write(Descriptor, &one, sizeof(ulong)) < 0)
        {
            switch (LinuxException.Last)
            {
                case Errno.EINTR:
                    continue;
                case Errno.EAGAIN:
                    return true;
                case Errno.EPIPE or Errno.ECONNRESET:
                    return false;
                default:
                    throw LinuxException.FromLast("write", Descriptor.ToString());
            }
        }

        return true;
    }

    /// <summary>Takes the rings given so far. False: the other end is closed, and none will come.</summary>
    public bool Take()
    {
        byte* rings = stackalloc byte[TakenAtOnce];
        // SAFETY: the kernel writes at most TakenAtOnce bytes into the local.
        nint taken = Libc.read(Descriptor, rings, TakenAtOnce);
        return taken > 0 || (taken < 0 && LinuxException.Last is Errno.EAGAIN or Errno.EINTR);
    }

    /// <inheritdoc/>
    public void Dispose() => Descriptor.Dispose();

    private void Check()
    {
        Libc.StatxBuffer status;
        // SAFETY: the kernel writes one struct statx of 256 bytes, the size of the local.
        if (Libc.statx_descriptor(Descriptor, "", Libc.AT_EMPTY_PATH, Libc.STATX_BASIC_STATS, &status) != 0)
        {
            throw LinuxException.FromLast("statx", Descriptor.ToString());
        }

        // An eventfd has no type at all. A file or a terminal would take the bytes, and could keep the writer waiting.
        if ((FileKind)(status.stx_mode >> 12) is not (0 or FileKind.Pipe or FileKind.Socket))
        {
            throw new LinuxException("doorbell", Errno.EINVAL, $"{Descriptor}, which is neither an eventfd nor a pipe nor a socket");
        }

        // Shared with the one who passed it, who is none the worse for it: an eventfd's counter never fills up, and of a pipe each has an end of its own.
        int flags = Libc.fcntl(Descriptor, Libc.F_GETFL, 0);
        if (flags < 0 || Libc.fcntl(Descriptor, Libc.F_SETFL, flags | Libc.O_NONBLOCK) < 0)
        {
            throw LinuxException.FromLast("fcntl", Descriptor.ToString());
        }
    }
}
