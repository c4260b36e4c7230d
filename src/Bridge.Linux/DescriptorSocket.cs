using Bridge.Linux.Native;

namespace Bridge.Linux;

/// <summary>
/// A connected AF_UNIX byte-stream socket over which file descriptors are passed (SCM_RIGHTS). It never blocks. Not thread-safe.
/// </summary>
/// <remarks>
/// Descriptors travel with the first byte of the call that sent them, and the kernel never receives bytes from beyond the next message that carries some. So a
/// receiver that asks for a message's header and then for its body, each by its exact length, finds the descriptors with the header.
/// </remarks>
public sealed unsafe class DescriptorSocket : IDisposable
{
    /// <summary>Descriptors that one call sends or receives at most: what vhost-user needs (VHOST_MEMORY_BASELINE_NREGIONS).</summary>
    public const int MaximumDescriptors = 8;

    private static readonly int s_controlSize = sizeof(Libc.ControlHeader) + (MaximumDescriptors * sizeof(int));

    /// <summary>Takes over a connected AF_UNIX stream socket.</summary>
    public DescriptorSocket(FileDescriptor descriptor) => Descriptor = descriptor;

    /// <summary>For registration with a <see cref="Poller"/>.</summary>
    public FileDescriptor Descriptor { get; }

    /// <summary>Who is at the other end.</summary>
    public PeerCredentials PeerCredentials => SocketDescriptor.ReadPeerCredentials(Descriptor);

    /// <summary>Connects to a listening socket, or fails at once.</summary>
    /// <exception cref="LinuxException">ENOENT or ECONNREFUSED: nobody listens. EAGAIN: its queue is full. EACCES: not allowed.</exception>
    public static DescriptorSocket Connect(string path) => new(SocketDescriptor.ConnectUnix(Libc.SOCK_STREAM, path));

    /// <summary>Two sockets that are connected to each other.</summary>
    /// <exception cref="LinuxException">Descriptors are exhausted.</exception>
    public static (DescriptorSocket A, DescriptorSocket B) Pair()
    {
        int* ends = stackalloc int[2];
        // SAFETY: the kernel writes two numbers into the local.
        if (Libc.socketpair(Libc.AF_UNIX, Libc.SOCK_STREAM | Libc.SOCK_CLOEXEC | Libc.SOCK_NONBLOCK, 0, ends) != 0)
        {
            throw LinuxException.FromLast("socketpair");
        }

        return (new DescriptorSocket(new FileDescriptor(ends[0])), new DescriptorSocket(new FileDescriptor(ends[1])));
    }

    /// <summary>Receives what has come, as far as it fits, and the descriptors that came along.</summary>
    /// <param name="buffer">Where the bytes go; at least one.</param>
    /// <param name="descriptors">Gets the descriptors appended; the caller owns them. They are CLOEXEC.</param>
    /// <param name="received">How many bytes came.</param>
    /// <param name="isTruncated">More descriptors came than <see cref="MaximumDescriptors"/>: the kernel closed the rest.</param>
    /// <exception cref="ArgumentException">The buffer is empty: no bytes could not be told from the end.</exception>
    /// <exception cref="LinuxException">The descriptor is unusable.</exception>
    public StreamOutcome Receive(Span<byte> buffer, ICollection<FileDescriptor> descriptors, out int received, out bool isTruncated)
    {
        if (buffer.IsEmpty)
        {
            throw new ArgumentException("a stream cannot be received into no bytes", nameof(buffer));
        }

        (received, isTruncated) = (0, false);
        byte* control = stackalloc byte[s_controlSize];
        // SAFETY: the kernel writes at most buffer.Length bytes into the pinned span and s_controlSize bytes into the local.
        fixed (byte* data = buffer)
        {
            Libc.IoVector vector = new() { iov_base = data, iov_len = (nuint)buffer.Length };
            while (true)
            {
                Libc.MessageHeader message = new() { msg_iov = &vector, msg_iovlen = 1, msg_control = control, msg_controllen = (nuint)s_controlSize };
                nint result = Libc.recvmsg(Descriptor, &message, Libc.MSG_DONTWAIT | Libc.MSG_CMSG_CLOEXEC);
                if (result >= 0)
                {
                    Collect(message, descriptors);
                    isTruncated = (message.msg_flags & Libc.MSG_CTRUNC) != 0;
                    received = (int)result;
                    return received > 0 ? StreamOutcome.Received : StreamOutcome.End;
                }

                switch (LinuxException.Last)
                {
                    case Errno.EINTR:
                        continue;
                    case Errno.EAGAIN:
                        return StreamOutcome.WouldBlock;
                    case Errno.ECONNRESET or Errno.EPIPE:
                        return StreamOutcome.Reset;
                    default:
                        throw LinuxException.FromLast("recvmsg");
                }
            }
        }
    }

    /// <summary>Sends as many of the bytes as there is room for, and with the first of them the descriptors, which stay the caller's.</summary>
    /// <param name="bytes">What to send; at least one.</param>
    /// <param name="descriptors">At most <see cref="MaximumDescriptors"/>; they have gone when at least one byte has.</param>
    /// <param name="sent">How many bytes the kernel took.</param>
    /// <exception cref="ArgumentException">No bytes, or too many descriptors.</exception>
    /// <exception cref="LinuxException">The descriptor is unusable.</exception>
    public SendOutcome Send(ReadOnlySpan<byte> bytes, ReadOnlySpan<FileDescriptor> descriptors, out int sent)
    {
        sent = 0;
        if (bytes.IsEmpty || descriptors.Length > MaximumDescriptors)
        {
            throw new ArgumentException($"{bytes.Length} bytes, {descriptors.Length} descriptors: send at least one byte and at most {MaximumDescriptors} descriptors", nameof(bytes));
        }

        byte* control = stackalloc byte[s_controlSize];
        int held = 0;
        try
        {
            var header = (Libc.ControlHeader*)control;
            *header = new Libc.ControlHeader { cmsg_len = (nuint)(sizeof(Libc.ControlHeader) + (descriptors.Length * sizeof(int))), cmsg_level = Libc.SOL_SOCKET, cmsg_type = Libc.SCM_RIGHTS };
            var numbers = (int*)(header + 1);
            for (; held < descriptors.Length; held++)
            {
                // Held, so that no other thread's Dispose gives the number to another file before the kernel has looked at it.
                bool added = false;
                descriptors[held].DangerousAddRef(ref added);
                numbers[held] = (int)descriptors[held].DangerousGetHandle();
            }

            // SAFETY: the kernel reads bytes.Length bytes of the pinned span and cmsg_len bytes of the local, which is s_controlSize long.
            fixed (byte* data = bytes)
            {
                Libc.IoVector vector = new() { iov_base = data, iov_len = (nuint)bytes.Length };
                Libc.MessageHeader message = new() { msg_iov = &vector, msg_iovlen = 1 };
                if (!descriptors.IsEmpty)
                {
                    message.msg_control = control;
                    message.msg_controllen = header->cmsg_len;
                }

                return Finish(&message, out sent);
            }
        }
        finally
        {
            while (held > 0)
            {
                descriptors[--held].DangerousRelease();
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Descriptor.Dispose();

    private SendOutcome Finish(Libc.MessageHeader* message, out int sent)
    {
        sent = 0;
        nint result;
        while ((result = Libc.sendmsg(Descriptor, message, Libc.MSG_NOSIGNAL | Libc.MSG_DONTWAIT)) < 0)
        {
            if (PacketFault.OfSend("sendmsg") is { } outcome)
                return outcome;
        }

        sent = (int)result;
        return SendOutcome.Sent;
    }

    private static void Collect(in Libc.MessageHeader message, ICollection<FileDescriptor> descriptors)
    {
        // One SCM_RIGHTS header at most: credentials are not asked for, and the kernel puts all descriptors of a message into one.
        if (message.msg_controllen < (nuint)sizeof(Libc.ControlHeader))
        {
            return;
        }

        // SAFETY: the kernel wrote the header and as many numbers as its length says, all within s_controlSize.
        var header = (Libc.ControlHeader*)message.msg_control;
        if (header->cmsg_level != Libc.SOL_SOCKET || header->cmsg_type != Libc.SCM_RIGHTS)
        {
            return;
        }

        int count = (int)(header->cmsg_len - (nuint)sizeof(Libc.ControlHeader)) / sizeof(int);
        var numbers = (int*)(header + 1);
        for (int i = 0; i < count; i++)
        {
            descriptors.Add(new FileDescriptor(numbers[i]));
        }
    }
}
