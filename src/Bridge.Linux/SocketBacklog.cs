using System.Runtime.InteropServices;
using Bridge.Linux.Native;

namespace Bridge.Linux;

/// <summary>What a socket has sent and its peer has not received yet.</summary>
public static unsafe class SocketBacklog
{
    /// <summary>Bytes, with the kernel's own per packet, that lie between this socket and its peer (SIOCOUTQ); 0: the peer has received everything. Callable from any thread.</summary>
    /// <exception cref="LinuxException">Not a socket.</exception>
    public static int ReadUnreceived(SafeHandle socket)
    {
        int bytes;
        // SAFETY: the kernel writes one int, the local.
        return Libc.ioctl(socket, Libc.SIOCOUTQ, &bytes) == 0 ? bytes : throw LinuxException.FromLast("ioctl", "SIOCOUTQ");
    }
}
