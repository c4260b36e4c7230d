using Bridge.Linux.Native;

namespace Bridge.Linux;

/// <summary>
/// Where a service manager awaits a service's notifications: an AF_UNIX datagram socket at a path, or with an abstract name behind <c>@</c> (sd_notify(3)). Thread-safe.
/// </summary>
/// <remarks>A socket is made for each message: no descriptor is kept for what is said twice a minute, and a manager that was replaced is found again.</remarks>
public sealed unsafe class NotificationSocket
{
    private readonly string _address;

    /// <summary>Takes the address; nothing is connected yet.</summary>
    /// <param name="address">A path from <c>/</c> on, or <c>@</c> and an abstract name.</param>
    /// <exception cref="ArgumentException">It is neither.</exception>
    public NotificationSocket(string address) => _address = address is ['/' or '@', _, ..]
        ? address
        : throw new ArgumentException($"'{address}' is neither a path nor an abstract socket's name", nameof(address));

    /// <summary>Sends one message, and with it descriptors, which stay the caller's. Never blocks.</summary>
    /// <param name="state">Lines of <c>NAME=value</c> in UTF-8; at least one byte.</param>
    /// <param name="descriptors">At most <see cref="DescriptorSocket.MaximumDescriptors"/>.</param>
    /// <returns><see cref="SendOutcome.WouldBlock"/>: the manager has not read enough yet; try again.</returns>
    /// <exception cref="ArgumentException">No bytes, or too many descriptors.</exception>
    /// <exception cref="LinuxException">ENOENT or ECONNREFUSED: nobody listens there. EACCES: not allowed. Descriptors are exhausted.</exception>
    public SendOutcome Send(ReadOnlySpan<byte> state, ReadOnlySpan<FileDescriptor> descriptors)
    {
        // Sending is the same over datagrams: all of the message goes or nothing.
        using DescriptorSocket socket = new(Connect());
        return socket.Send(state, descriptors, out _);
    }

    private FileDescriptor Connect()
    {
        byte* address = stackalloc byte[UnixSocketAddress.Size];
        Span<byte> bytes = new(address, UnixSocketAddress.Size);
        uint length = _address[0] == '@' ? UnixSocketAddress.WriteAbstract(_address[1..], bytes) : UnixSocketAddress.Write(_address, bytes);
        FileDescriptor descriptor = SocketDescriptor.Create(Libc.AF_UNIX, Libc.SOCK_DGRAM);
        // SAFETY: the kernel reads `length` bytes of the local.
        if (Libc.connect(descriptor, address, length) == 0)
        {
            return descriptor;
        }

        LinuxException failure = LinuxException.FromLast("connect", _address);
        descriptor.Dispose();
        throw failure;
    }
}
