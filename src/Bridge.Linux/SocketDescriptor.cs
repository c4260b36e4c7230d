using Bridge.Linux.Native;

namespace Bridge.Linux;

/// <summary>What all kinds of sockets here have in common: how they are made, listened on, accepted, asked and ended. Non-blocking and CLOEXEC throughout.</summary>
internal static unsafe class SocketDescriptor
{
    /// <summary>A new socket that is neither bound nor connected.</summary>
    /// <exception cref="LinuxException">Descriptors are exhausted, or the family is not there.</exception>
    internal static FileDescriptor Create(int domain, int type)
    {
        FileDescriptor descriptor = new(Libc.socket(domain, type | Libc.SOCK_CLOEXEC | Libc.SOCK_NONBLOCK, 0));
        return descriptor.IsInvalid ? throw LinuxException.FromLast("socket") : descriptor;
    }

    /// <summary>Connects to a listening AF_UNIX socket, or fails at once.</summary>
    /// <exception cref="LinuxException">ENOENT or ECONNREFUSED: nobody listens. EAGAIN: its queue is full. EACCES: not allowed.</exception>
    internal static FileDescriptor ConnectUnix(int type, string path)
    {
        byte* address = stackalloc byte[UnixSocketAddress.Size];
        uint length = UnixSocketAddress.Write(path, new Span<byte>(address, UnixSocketAddress.Size));
        FileDescriptor descriptor = Create(Libc.AF_UNIX, type);
        // SAFETY: the kernel reads `length` bytes of the local.
        if (Libc.connect(descriptor, address, length) != 0)
        {
            LinuxException failure = LinuxException.FromLast("connect", path);
            descriptor.Dispose();
            throw failure;
        }

        return descriptor;
    }

    /// <summary>Creates an AF_UNIX socket's file and listens. Whatever the umask: nobody can connect before mode and group are what was asked for.</summary>
    /// <exception cref="LinuxException">EADDRINUSE: something exists there. EPERM: not a member of the group. ENAMETOOLONG. Descriptors exhausted.</exception>
    internal static FileDescriptor ListenUnix(int type, string path, UnixFileMode mode, uint? group, int backlog)
    {
        byte* address = stackalloc byte[UnixSocketAddress.Size];
        uint length = UnixSocketAddress.Write(path, new Span<byte>(address, UnixSocketAddress.Size));
        FileDescriptor descriptor = Create(Libc.AF_UNIX, type);
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
            return descriptor;
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

    /// <summary>Takes over a listening socket of the type; one that is none is closed.</summary>
    /// <exception cref="LinuxException">ENOTSOCK, or EINVAL: it does not listen, or is of another type.</exception>
    internal static FileDescriptor AdoptListening(FileDescriptor descriptor, int type)
    {
        try
        {
            return GetOption(descriptor, Libc.SOL_SOCKET, Libc.SO_ACCEPTCONN) == 1 && GetOption(descriptor, Libc.SOL_SOCKET, Libc.SO_TYPE) == type
                ? descriptor
                : throw new LinuxException("getsockopt", Errno.EINVAL, descriptor.ToString());
        }
        catch (LinuxException)
        {
            descriptor.Dispose();
            throw;
        }
    }

    /// <summary>Accepts one connection; null if nobody waits.</summary>
    /// <exception cref="LinuxException">Descriptors are exhausted (the connection keeps waiting).</exception>
    internal static FileDescriptor? Accept(FileDescriptor listening)
    {
        while (true)
        {
            // SAFETY: no address is asked for.
            int accepted = Libc.accept4(listening, null, null, Libc.SOCK_CLOEXEC | Libc.SOCK_NONBLOCK);
            if (accepted >= 0)
            {
                return new FileDescriptor(accepted);
            }

            switch (LinuxException.Last)
            {
                // accept(2): errors of the network that already wait on the new connection are its own, and it is consumed: the next one may be well.
                case Errno.EINTR or Errno.ECONNABORTED or Errno.EPROTO or Errno.ENETDOWN or Errno.ENETUNREACH or Errno.EHOSTUNREACH:
                    continue;
                case Errno.EAGAIN:
                    return null;
                default:
                    throw LinuxException.FromLast("accept4");
            }
        }
    }

    /// <summary>Ends one direction or both. Nothing happens if the other end has gone already.</summary>
    internal static void Shutdown(FileDescriptor descriptor, ShutdownDirection direction)
    {
        if (Libc.shutdown(descriptor, (int)direction) != 0 && LinuxException.Last != Errno.ENOTCONN)
        {
            throw LinuxException.FromLast("shutdown");
        }
    }

    /// <summary>SO_PEERCRED of an AF_UNIX socket.</summary>
    internal static PeerCredentials ReadPeerCredentials(FileDescriptor descriptor)
    {
        Libc.UserCredentials credentials;
        uint size = (uint)sizeof(Libc.UserCredentials);
        // SAFETY: the kernel writes at most the size of the local.
        return Libc.getsockopt(descriptor, Libc.SOL_SOCKET, Libc.SO_PEERCRED, &credentials, &size) == 0
            ? new PeerCredentials(credentials.pid, credentials.uid, credentials.gid)
            : throw LinuxException.FromLast("getsockopt", "SO_PEERCRED");
    }

    internal static int GetOption(FileDescriptor descriptor, int level, int option)
    {
        int value;
        uint size = sizeof(int);
        // SAFETY: the kernel writes at most the size of the local.
        return Libc.getsockopt(descriptor, level, option, &value, &size) == 0 ? value : throw LinuxException.FromLast("getsockopt");
    }

    internal static void SetOption(FileDescriptor descriptor, int level, int option, int value)
    {
        // SAFETY: the kernel reads the size of the local.
        if (Libc.setsockopt(descriptor, level, option, &value, sizeof(int)) != 0)
        {
            throw LinuxException.FromLast("setsockopt");
        }
    }

    internal static void Check(int result, string call, string subject)
    {
        if (result != 0)
        {
            throw LinuxException.FromLast(call, subject);
        }
    }
}
