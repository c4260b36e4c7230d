using System.Runtime.InteropServices;

namespace Bridge.Linux.Native;

/// <content>socket(2) and its relatives, for AF_UNIX and TCP.</content>
internal static unsafe partial class Libc
{
    internal const int AF_UNIX = 1;
    internal const int AF_INET = 2;
    internal const int AF_INET6 = 10;
    internal const int SOCK_STREAM = 1;
    internal const int SOCK_DGRAM = 2;
    internal const int SOCK_SEQPACKET = 5;
    internal const int SOCK_NONBLOCK = 0x800;
    internal const int SOCK_CLOEXEC = 0x80000;

    internal const int SOL_SOCKET = 1;
    internal const int SCM_RIGHTS = 1;
    internal const int SO_REUSEADDR = 2;
    internal const int SO_TYPE = 3;
    internal const int SO_SNDBUF = 7;
    internal const int SO_RCVBUF = 8;
    internal const int SO_KEEPALIVE = 9;
    internal const int SO_PASSCRED = 16;
    internal const int SO_PEERCRED = 17;
    internal const int SO_ACCEPTCONN = 30;

    internal const int IPPROTO_TCP = 6;
    internal const int TCP_NODELAY = 1;
    internal const int TCP_KEEPIDLE = 4;
    internal const int TCP_KEEPINTVL = 5;
    internal const int TCP_KEEPCNT = 6;
    internal const int IPPROTO_IPV6 = 41;
    internal const int IPV6_V6ONLY = 26;

    internal const int MSG_CTRUNC = 0x8;
    internal const int MSG_TRUNC = 0x20;
    internal const int MSG_DONTWAIT = 0x40;
    internal const int MSG_NOSIGNAL = 0x4000;
    internal const int MSG_CMSG_CLOEXEC = 0x40000000;

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int socket(int domain, int type, int protocol);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int bind(FileDescriptor sockfd, byte* addr, uint addrlen);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int listen(FileDescriptor sockfd, int backlog);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int accept4(FileDescriptor sockfd, void* addr, uint* addrlen, int flags);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int connect(FileDescriptor sockfd, byte* addr, uint addrlen);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int shutdown(FileDescriptor sockfd, int how);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int getsockname(FileDescriptor sockfd, byte* addr, uint* addrlen);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int getpeername(FileDescriptor sockfd, byte* addr, uint* addrlen);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial nint recv(FileDescriptor sockfd, byte* buf, nuint len, int flags);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial nint recvmsg(FileDescriptor sockfd, MessageHeader* msg, int flags);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial nint sendmsg(FileDescriptor sockfd, MessageHeader* msg, int flags);

    /// <summary>The timeout is not used: null. The flags are unsigned in one C library and signed in another; none here has the highest bit.</summary>
    [LibraryImport(Library, SetLastError = true)]
    internal static partial int recvmmsg(FileDescriptor sockfd, MultipleMessageHeader* msgvec, uint vlen, int flags, void* timeout);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int sendmmsg(FileDescriptor sockfd, MultipleMessageHeader* msgvec, uint vlen, int flags);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int socketpair(int domain, int type, int protocol, int* sv);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial nint send(FileDescriptor sockfd, byte* buf, nuint len, int flags);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int getsockopt(FileDescriptor sockfd, int level, int optname, void* optval, uint* optlen);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int setsockopt(FileDescriptor sockfd, int level, int optname, void* optval, uint optlen);

    /// <summary>One piece of a message; <c>struct iovec</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct IoVector
    {
        internal byte* iov_base;
        internal nuint iov_len;
    }

    /// <summary><c>struct msghdr</c> of 64-bit systems.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct MessageHeader
    {
        internal void* msg_name;
        internal uint msg_namelen;
        internal IoVector* msg_iov;
        internal nuint msg_iovlen;
        internal byte* msg_control;
        internal nuint msg_controllen;
        internal int msg_flags;
    }

    /// <summary><c>struct mmsghdr</c> of 64-bit systems, 64 bytes.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 64)]
    internal struct MultipleMessageHeader
    {
        internal MessageHeader msg_hdr;
        internal uint msg_len;
    }

    /// <summary><c>struct cmsghdr</c> of 64-bit systems; its data follows at once.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct ControlHeader
    {
        internal nuint cmsg_len;
        internal int cmsg_level;
        internal int cmsg_type;
    }

    /// <summary><c>struct ucred</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct UserCredentials
    {
        internal int pid;
        internal uint uid;
        internal uint gid;
    }
}
