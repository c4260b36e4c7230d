using System.Globalization;
using Bridge.Linux.Native;

namespace Bridge.Linux;

/// <summary>
/// A doorbell that somebody else passed to this process: an eventfd, or an end of a pipe or socket pair, rung by writing exactly eight bytes. It never blocks.
/// Every member may be called from any thread.
/// </summary>
/// <remarks>
/// O_NONBLOCK belongs to the open file, which is shared with the one who passed it and who may take the flag away again. So sockets are used with MSG_DONTWAIT, a pipe is opened
/// anew, an eventfd is read with RWF_NOWAIT, and written to when it says that it has room. One thing is left: an eventfd that its owner fills up between that look and the write,
/// with the flag taken away, keeps the writer waiting until it is read.
/// </remarks>
public sealed unsafe class Doorbell : IDisposable
{
    // One read takes the whole count of an eventfd, and 64 rings of a pipe.
    private const int TakenAtOnce = 512;

    private static volatile bool s_cannotReadWithoutWaiting;

    private readonly FileKind _kind;

    /// <summary>Takes a passed descriptor over; it is closed when this throws.</summary>
    /// <exception cref="LinuxException">EINVAL: not an eventfd, pipe or socket. EBADF.</exception>
    public Doorbell(FileDescriptor descriptor)
    {
        Descriptor = descriptor;
        try
        {
            _kind = Check();
            if (_kind == FileKind.Pipe)
            {
                Descriptor = Reopen(descriptor);
            }
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
        if (_kind == 0 && !HasRoom())
        {
            return true;
        }

        ulong one = 1;
        // SAFETY: the kernel reads exactly the eight bytes of the local.
        while ((_kind == FileKind.Socket
            ? Libc.send(Descriptor, (byte*)&one, sizeof(ulong), Libc.MSG_DONTWAIT | Libc.MSG_NOSIGNAL)
            : Libc.write(Descriptor, &one, sizeof(ulong))) < 0)
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
        nint taken = _kind switch
        {
            FileKind.Socket => Libc.recv(Descriptor, rings, TakenAtOnce, Libc.MSG_DONTWAIT),
            FileKind.Pipe => Libc.read(Descriptor, rings, TakenAtOnce),
            _ => ReadWithoutWaiting(rings),
        };
        return taken > 0 || (taken < 0 && LinuxException.Last is Errno.EAGAIN or Errno.EINTR);
    }

    /// <inheritdoc/>
    public void Dispose() => Descriptor.Dispose();

    private FileKind Check()
    {
        Libc.StatxBuffer status;
        // SAFETY: the kernel writes one struct statx of 256 bytes, the size of the local.
        if (Libc.statx_descriptor(Descriptor, "", Libc.AT_EMPTY_PATH, Libc.STATX_BASIC_STATS, &status) != 0)
        {
            throw LinuxException.FromLast("statx", Descriptor.ToString());
        }

        // An eventfd has no type at all. A file or a terminal would take the bytes, and could keep the writer waiting.
        var kind = (FileKind)(status.stx_mode >> 12);
        if (kind is not (0 or FileKind.Pipe or FileKind.Socket))
        {
            throw new LinuxException("doorbell", Errno.EINVAL, $"{Descriptor}, which is neither an eventfd nor a pipe nor a socket");
        }

        // Its owner is none the worse for it: an eventfd's counter never fills up by ringing, and of a pipe each has an end of its own.
        int flags = Libc.fcntl(Descriptor, Libc.F_GETFL, 0);
        if (flags < 0 || Libc.fcntl(Descriptor, Libc.F_SETFL, flags | Libc.O_NONBLOCK) < 0)
        {
            throw LinuxException.FromLast("fcntl", Descriptor.ToString());
        }

        return kind;
    }

    /// <summary>The same pipe as an open file of this process's own. Where that is not possible (nobody reads it, or there is no /proc), the one that was passed.</summary>
    private static FileDescriptor Reopen(FileDescriptor passed)
    {
        int access = Libc.fcntl(passed, Libc.F_GETFL, 0) & Libc.O_ACCMODE;
        string path = string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{passed.DangerousGetHandle()}");
        FileDescriptor own = new(Libc.open(path, access | Libc.O_NONBLOCK | Libc.O_CLOEXEC, 0));
        if (own.IsInvalid)
        {
            return passed;
        }

        passed.Dispose();
        return own;
    }

    private bool HasRoom()
    {
        bool held = false;
        try
        {
            // Held, so that no other thread's Dispose gives the number to another file meanwhile.
            Descriptor.DangerousAddRef(ref held);
            Libc.PollDescriptor look = new() { fd = (int)Descriptor.DangerousGetHandle(), events = Libc.POLLOUT };
            // SAFETY: the kernel reads and writes one struct pollfd, the local. Whatever else it says (an error, a signal), the write will say too.
            return Libc.poll(&look, 1, 0) != 0;
        }
        finally
        {
            if (held)
            {
                Descriptor.DangerousRelease();
            }
        }
    }

    private nint ReadWithoutWaiting(byte* rings)
    {
        if (!s_cannotReadWithoutWaiting)
        {
            try
            {
                Libc.IoVector vector = new() { iov_base = rings, iov_len = TakenAtOnce };
                // SAFETY: the kernel writes at most iov_len bytes into the caller's buffer of that size. Offset -1 is "as read(2) does".
                nint taken = Libc.preadv2(Descriptor, &vector, 1, -1, Libc.RWF_NOWAIT);
                if (taken >= 0 || LinuxException.Last != Errno.EOPNOTSUPP)
                {
                    return taken;
                }
            }
            catch (EntryPointNotFoundException)
            {
                // An older C library: the flag that was set at the beginning has to do.
                s_cannotReadWithoutWaiting = true;
            }
        }

        return Libc.read(Descriptor, rings, TakenAtOnce);
    }
}
