using System.Net;
using System.Net.Sockets;
using Bridge.Linux.Native;

namespace Bridge.Linux;

/// <summary>The two addresses of an IPv4 or IPv6 socket (struct sockaddr_in, struct sockaddr_in6).</summary>
internal static unsafe class InternetAddress
{
    /// <summary>Where the socket is bound.</summary>
    /// <exception cref="LinuxException">The descriptor is unusable.</exception>
    internal static IPEndPoint ReadLocal(FileDescriptor descriptor, AddressFamily family) =>
        TryRead(descriptor, family, peer: false) ?? throw LinuxException.FromLast("getsockname");

    /// <summary>Who is at the other end, IPv4 as IPv4 also on a socket that takes both; null if it has gone already.</summary>
    internal static IPEndPoint? ReadPeer(FileDescriptor descriptor, AddressFamily family) =>
        TryRead(descriptor, family, peer: true) is { } endPoint
            ? endPoint.Address.IsIPv4MappedToIPv6 ? new IPEndPoint(endPoint.Address.MapToIPv4(), endPoint.Port) : endPoint
            : null;

    private static IPEndPoint? TryRead(FileDescriptor descriptor, AddressFamily family, bool peer)
    {
        // .NET keeps a SocketAddress as the system's own sockaddr.
        SocketAddress address = new(family);
        uint length = (uint)address.Size;
        // SAFETY: the kernel writes at most `length` bytes, the size of the pinned buffer.
        fixed (byte* data = address.Buffer.Span)
        {
            int result = peer ? Libc.getpeername(descriptor, data, &length) : Libc.getsockname(descriptor, data, &length);
            if (result != 0)
            {
                return null;
            }
        }

        IPAddress any = family == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any;
        return (IPEndPoint)new IPEndPoint(any, 0).Create(address);
    }
}
