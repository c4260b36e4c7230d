using Bridge.Linux.Native;

namespace Bridge.Linux;

/// <summary>A listening AF_UNIX socket of type SOCK_SEQPACKET. It never blocks; disposing leaves its file, which the owner unlinks.</summary>
public sealed class SeqPacketListener : IDisposable
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
    public static SeqPacketListener Bind(string path, UnixFileMode mode, uint? group, int backlog) =>
        new(SocketDescriptor.ListenUnix(Libc.SOCK_SEQPACKET, path, mode, group, backlog));

    /// <summary>Takes over one that a predecessor made, out of a descriptor store.</summary>
    /// <param name="descriptor">Taken over: it is closed with the listener, or when this throws.</param>
    /// <exception cref="LinuxException">It is no such socket.</exception>
    public static SeqPacketListener Adopt(FileDescriptor descriptor) => new(SocketDescriptor.AdoptListening(descriptor, Libc.SOCK_SEQPACKET));

    /// <summary>Accepts one connection; null if nobody waits.</summary>
    /// <exception cref="LinuxException">Descriptors are exhausted (the connection keeps waiting).</exception>
    public SeqPacketSocket? Accept() => SocketDescriptor.Accept(Descriptor) is { } accepted ? new SeqPacketSocket(accepted) : null;

    /// <inheritdoc/>
    public void Dispose() => Descriptor.Dispose();
}
