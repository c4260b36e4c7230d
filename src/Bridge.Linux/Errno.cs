namespace Bridge.Linux;

/// <summary>
/// The error numbers of <c>asm-generic/errno.h</c> that this program tells apart. The numbers are the kernel's and are the same on
/// every architecture .NET runs on; a number without a name here is still carried (as a plain number) by <see cref="LinuxException"/>.
/// </summary>
public enum Errno
{
    /// <summary>No error.</summary>
    None = 0,

    /// <summary>Operation not permitted.</summary>
    EPERM = 1,

    /// <summary>No such file or directory.</summary>
    ENOENT = 2,

    /// <summary>Interrupted by a signal; the call may be repeated.</summary>
    EINTR = 4,

    /// <summary>Bad file descriptor.</summary>
    EBADF = 9,

    /// <summary>Nothing to receive, no room to send, or the lock is held by somebody else (the same number as EWOULDBLOCK).</summary>
    EAGAIN = 11,

    /// <summary>The kernel is out of memory.</summary>
    ENOMEM = 12,

    /// <summary>Permission denied.</summary>
    EACCES = 13,

    /// <summary>Taken by somebody else.</summary>
    EBUSY = 16,

    /// <summary>The name is taken.</summary>
    EEXIST = 17,

    /// <summary>Not a directory.</summary>
    ENOTDIR = 20,

    /// <summary>Invalid argument.</summary>
    EINVAL = 22,

    /// <summary>The whole system is out of file descriptors.</summary>
    ENFILE = 23,

    /// <summary>This process is out of file descriptors.</summary>
    EMFILE = 24,

    /// <summary>There is no room for more.</summary>
    ENOSPC = 28,

    /// <summary>The other end has closed, or stopped receiving.</summary>
    EPIPE = 32,

    /// <summary>The result does not fit into the caller's buffer.</summary>
    ERANGE = 34,

    /// <summary>A path or its component is too long.</summary>
    ENAMETOOLONG = 36,

    /// <summary>The kernel does not have the call.</summary>
    ENOSYS = 38,

    /// <summary>The other end broke the protocol.</summary>
    EPROTO = 71,

    /// <summary>A packet is larger than the socket can ever send.</summary>
    EMSGSIZE = 90,

    /// <summary>Not a request that is known.</summary>
    EOPNOTSUPP = 95,

    /// <summary>The address is in use.</summary>
    EADDRINUSE = 98,

    /// <summary>Not an address of this machine.</summary>
    EADDRNOTAVAIL = 99,

    /// <summary>The network interface is down.</summary>
    ENETDOWN = 100,

    /// <summary>No route to the network.</summary>
    ENETUNREACH = 101,

    /// <summary>A connection was aborted before it was accepted.</summary>
    ECONNABORTED = 103,

    /// <summary>The other end closed without having received everything.</summary>
    ECONNRESET = 104,

    /// <summary>The kernel is out of socket buffers.</summary>
    ENOBUFS = 105,

    /// <summary>The socket is not connected.</summary>
    ENOTCONN = 107,

    /// <summary>The other machine no longer answers.</summary>
    ETIMEDOUT = 110,

    /// <summary>Nobody listens.</summary>
    ECONNREFUSED = 111,

    /// <summary>No route to the machine.</summary>
    EHOSTUNREACH = 113,
}
