using System.Net;
using System.Net.Sockets;
using Bridge.Linux.Native;

namespace Bridge.Linux;

/// <summary>A listening byte-stream socket, AF_UNIX or TCP. It never blocks; disposing leaves the file of an AF_UNIX one, which the owner unlinks.</summary>
public sealed unsafe class StreamListener : IDisposable
{
    private StreamListener(FileDescriptor descriptor, IPEndPoint? localEndPoint) => (Descriptor, LocalEndPoint) = (descriptor, localEndPoint);

    /// <summary>For registration with a <see cref="Poller"/>: readable when somebody has connected.</summary>
    public FileDescriptor Descriptor { get; }

    /// <summary>Address and port on which TCP connections are awaited, with the port that was given for port 0; null for AF_UNIX.</summary>
    public IPEndPoint? LocalEndPoint { get; }

    /// <summary>
    /// Creates the socket's file and listens. Whatever the umask: nobody can connect before mode and group are what was asked for.
    /// </summary>
    /// <param name="path">At most <see cref="UnixSocketAddress.MaximumPathLength"/> bytes; nothing may exist there.</param>
    /// <param name="mode">Who may connect: the write bits count.</param>
    /// <param name="group">The file's group; null: the process' own.</param>
    /// <param name="backlog">How many may wait to be accepted, less one: the kernel takes one more than this number.</param>
    /// <exception cref="LinuxException">EADDRINUSE: something exists there. EPERM: not a member of the group. ENAMETOOLONG. Descriptors exhausted.</exception>
    public static StreamListener BindUnix(string path, UnixFileMode mode, uint? group, int backlog) =>
        new(SocketDescriptor.ListenUnix(Libc.SOCK_STREAM, path, mode, group, backlog), localEndPoint: null);

    /// <summary>Takes over an AF_UNIX one that a predecessor made, out of a descriptor store.</summary>
    /// <param name="descriptor">Taken over: it is closed with the listener, or when this throws.</param>
    /// <exception cref="LinuxException">It is no such socket.</exception>
    public static StreamListener AdoptUnix(FileDescriptor descriptor) => new(SocketDescriptor.AdoptListening(descriptor, Libc.SOCK_STREAM), localEndPoint: null);

    /// <summary>
    /// Listens on a TCP address (SO_REUSEADDR: a restarted program need not wait for old connections to be forgotten). <c>[::]</c> takes IPv4 connections
    /// too; any other IPv6 address takes IPv6 only.
    /// </summary>
    /// <param name="endPoint">Port 0: any free one, see <see cref="LocalEndPoint"/>.</param>
    /// <param name="backlog">How many may wait to be accepted.</param>
    /// <exception cref="LinuxException">EADDRINUSE: somebody listens there. EADDRNOTAVAIL: not an address of this machine. EACCES: a port for root.</exception>
    public static StreamListener BindTcp(IPEndPoint endPoint, int backlog)
    {
        string subject = endPoint.ToString();
        bool six = endPoint.AddressFamily == AddressFamily.InterNetworkV6;
        FileDescriptor descriptor = SocketDescriptor.Create(six ? Libc.AF_INET6 : Libc.AF_INET, Libc.SOCK_STREAM);
        try
        {
            SocketDescriptor.SetOption(descriptor, Libc.SOL_SOCKET, Libc.SO_REUSEADDR, 1);
            if (six)
            {
                SocketDescriptor.SetOption(descriptor, Libc.IPPROTO_IPV6, Libc.IPV6_V6ONLY, endPoint.Address.Equals(IPAddress.IPv6Any) ? 0 : 1);
            }

            // .NET keeps a SocketAddress as the system's own sockaddr.
            SocketAddress address = endPoint.Serialize();
            // SAFETY: the kernel reads address.Size bytes of the pinned buffer, which is at least that long.
            fixed (byte* data = address.Buffer.Span)
            {
                SocketDescriptor.Check(Libc.bind(descriptor, data, (uint)address.Size), "bind", subject);
            }

            SocketDescriptor.Check(Libc.listen(descriptor, backlog), "listen", subject);
            return new StreamListener(descriptor, InternetAddress.ReadLocal(descriptor, endPoint.AddressFamily));
        }
        catch (LinuxException)
        {
            descriptor.Dispose();
            throw;
        }
    }

    /// <summary>Accepts one connection; null if nobody waits.</summary>
    /// <exception cref="LinuxException">Descriptors are exhausted (the connection keeps waiting).</exception>
    public StreamSocket? Accept() => SocketDescriptor.Accept(Descriptor) is { } accepted ? new StreamSocket(accepted, LocalEndPoint?.AddressFamily) : null;

    /// <summary>Accepts one AF_UNIX connection over which descriptors may be passed; null if nobody waits.</summary>
    /// <exception cref="LinuxException">Descriptors are exhausted (the connection keeps waiting).</exception>
    public DescriptorSocket? AcceptWithDescriptors() => SocketDescriptor.Accept(Descriptor) is { } accepted ? new DescriptorSocket(accepted) : null;

    /// <inheritdoc/>
    public void Dispose() => Descriptor.Dispose();
}
