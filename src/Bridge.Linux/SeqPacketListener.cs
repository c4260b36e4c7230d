using Bridge.Linux.Native;

namespace Bridge.Linux;

/// <summary>A listening AF_UNIX socket of type SOCK_SEQPACKET. It never blocks; disposing leaves its file, which the owner unlinks.</summary>
public sealed unsafe class SeqPacketListener : IDisposable
{
    private SeqPacketListener(FileDescriptor descriptor) => Descriptor = descriptor;

    /// <summary>For registration with a <see cref="Poller"/>: readable when somebody has connected.</summary>
    public FileDescriptor Descriptor { get; }

    /// <summary>
    /// Creates the socket's file and listens. Whatever the umask: nobody can connect before mode and group are what was asked for.
    /// </summary>
    /// <param name="path">At most <see cref="UnixSocketAddress.MaximumPathLength"/> bytes; nothing may exist there.</param>
    /// <param name="mode">Who may connect: the write bits count.</param>
    /// <param name="group">The file's group; null: the process' own.</param>
    /// <param name="backlog">How many may wait to be accepted, less one: the kernel takes one more than this number.</param>
    /// <exception cref="LinuxException">EADDRINUSE: something exists there. EPERM: not a member of the group. ENAMETOOLONG. Descriptors exhausted.</exception>
    public static SeqPacketListener Bind(string path, UnixFileMode mode, uint? group, int backlog)
    {
        byte* address = stackalloc byte[UnixSocketAddress.Size];
        uint length = UnixSocketAddress.Write(path, new Span<byte>(address, UnixSocketAddress.Size));
        FileDescriptor descriptor = SeqPacketSocket.Create();
        bool bound = false;
        try
        {
            // The file gets the socket's own mode less the umask, so 0 before bind means that it begins with no permissions at all.
            Check(Libc.fchmod(descriptor, 0), "fchmod", path);
            // SAFETY: the kernel reads `length` bytes of the local.
            Check(Libc.bind(descriptor, address, length), "bind", path);
            bound = true;
            if (group is { } id)
            {
                Check(Libc.lchown(path, Libc.NoChange, id), "chown", path);
            }

            Check(Libc.chmod(path, (uint)mode), "chmod", path);
            Check(Libc.listen(descriptor, backlog), "listen", path);
            return new SeqPacketListener(descriptor);
        }
        catch (LinuxException)
        {
            descriptor.Dispose();
            if (bound)
            {
                FileEntry.Unlink(path);
            }

            throw;
        }
    }

    /// <summary>Accepts one connection; null if nobody waits.</summary>
    /// <exception cref="LinuxException">Descriptors are exhausted (the connection keeps waiting).</exception>
    public SeqPacketSocket? Accept()
    {
        while (true)
        {
            // SAFETY: no address is asked for.
            int accepted = Libc.accept4(Descriptor, null, null, Libc.SOCK_CLOEXEC | Libc.SOCK_NONBLOCK);
            if (accepted >= 0)
            {
                return new SeqPacketSocket(new FileDescriptor(accepted));
            }

            switch (LinuxException.Last)
            {
                case Errno.EINTR or Errno.ECONNABORTED:
                    continue;
                case Errno.EAGAIN:
                    return null;
                default:
                    throw LinuxException.FromLast("accept4");
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Descriptor.Dispose();

    private static void Check(int result, string call, string path)
    {
        if (result != 0)
        {
            throw LinuxException.FromLast(call, path);
        }
    }
}
