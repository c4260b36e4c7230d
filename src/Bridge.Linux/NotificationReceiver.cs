using Bridge.Linux.Native;

namespace Bridge.Linux;

/// <summary>The other end of <see cref="NotificationSocket"/>: where somebody who starts services hears of them. It never blocks. Not thread-safe.</summary>
public sealed unsafe class NotificationReceiver : IDisposable
{
    private readonly DescriptorSocket _socket;

    /// <summary>Binds it.</summary>
    /// <param name="path">Its place; nothing may exist there. Whoever may write to the file may send.</param>
    /// <exception cref="LinuxException">EADDRINUSE: something exists there. ENAMETOOLONG. Descriptors are exhausted.</exception>
    public NotificationReceiver(string path)
    {
        byte* address = stackalloc byte[UnixSocketAddress.Size];
        uint length = UnixSocketAddress.Write(path, new Span<byte>(address, UnixSocketAddress.Size));
        FileDescriptor descriptor = SocketDescriptor.Create(Libc.AF_UNIX, Libc.SOCK_DGRAM);
        // SAFETY: the kernel reads `length` bytes of the local.
        if (Libc.bind(descriptor, address, length) != 0)
        {
            LinuxException failure = LinuxException.FromLast("bind", path);
            descriptor.Dispose();
            throw failure;
        }

        _socket = new DescriptorSocket(descriptor);
    }

    /// <summary>For registration with a <see cref="Poller"/>: readable when there is a message.</summary>
    public FileDescriptor Descriptor => _socket.Descriptor;

    /// <summary>Takes the next message.</summary>
    /// <param name="state">Where it goes; what does not fit is cut off.</param>
    /// <param name="descriptors">Gets the descriptors that came along appended; the caller owns them. They are CLOEXEC.</param>
    /// <param name="length">Its length.</param>
    /// <returns>False: there is none.</returns>
    /// <exception cref="LinuxException">The descriptor is unusable.</exception>
    public bool TryReceive(Span<byte> state, ICollection<FileDescriptor> descriptors, out int length) =>
        // A datagram socket has no end: no bytes are an empty message.
        _socket.Receive(state, descriptors, out length, out _) is StreamOutcome.Received or StreamOutcome.End;

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();
}
