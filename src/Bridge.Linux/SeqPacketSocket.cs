using Bridge.Linux.Native;

namespace Bridge.Linux;

/// <summary>
/// A connected AF_UNIX socket of type SOCK_SEQPACKET: reliable, ordered, one packet = one message. It never blocks. Not thread-safe,
/// except that sending and receiving may happen on two threads.
/// </summary>
/// <remarks>
/// A packet of no bytes and the end of file both receive as 0. They are told apart by the sender's credentials (SO_PASSCRED), which
/// the kernel attaches to packets only.
/// <para>
/// There is no abortive close in AF_UNIX. Closing while packets lie unread gives the other end ECONNRESET <em>before</em> what it has
/// not yet received itself; so an orderly end is: <see cref="Shutdown"/>, receive the rest, dispose.
/// </para>
/// </remarks>
public sealed unsafe class SeqPacketSocket : IDisposable
{
    /// <summary>
    /// CMSG_SPACE(sizeof(struct ucred)) on 64-bit systems: room for the credentials and for nothing else, so a descriptor that an
    /// application passes along is never installed here.
    /// </summary>
    private const int ControlSize = 32;

    internal SeqPacketSocket(FileDescriptor descriptor)
    {
        Descriptor = descriptor;
        try
        {
            SocketDescriptor.SetOption(descriptor, Libc.SOL_SOCKET, Libc.SO_PASSCRED, 1);
        }
        catch (LinuxException)
        {
            descriptor.Dispose();
            throw;
        }
    }

    /// <summary>For registration with a <see cref="Poller"/>.</summary>
    public FileDescriptor Descriptor { get; }

    /// <summary>SO_SNDBUF in bytes as the kernel counts them, bookkeeping included: setting a value stores its double.</summary>
    public int SendBufferSize
    {
        get => SocketDescriptor.GetOption(Descriptor, Libc.SOL_SOCKET, Libc.SO_SNDBUF);
        set => SocketDescriptor.SetOption(Descriptor, Libc.SOL_SOCKET, Libc.SO_SNDBUF, value);
    }

    /// <summary>SO_RCVBUF. Without effect on AF_UNIX, where the sender's buffer holds what is under way.</summary>
    public int ReceiveBufferSize
    {
        get => SocketDescriptor.GetOption(Descriptor, Libc.SOL_SOCKET, Libc.SO_RCVBUF);
        set => SocketDescriptor.SetOption(Descriptor, Libc.SOL_SOCKET, Libc.SO_RCVBUF, value);
    }

    /// <summary>Who is at the other end.</summary>
    public PeerCredentials PeerCredentials => SocketDescriptor.ReadPeerCredentials(Descriptor);

    /// <summary>Connects to a listening socket, or fails at once.</summary>
    /// <exception cref="LinuxException">ENOENT or ECONNREFUSED: nobody listens. EAGAIN: its queue is full. EACCES: not allowed.</exception>
    public static SeqPacketSocket Connect(string path) => new(SocketDescriptor.ConnectUnix(Libc.SOCK_SEQPACKET, path));

    /// <summary>Takes over a connected socket that a predecessor had, out of a descriptor store.</summary>
    /// <param name="descriptor">Taken over: it is closed with the socket, or when this throws.</param>
    /// <exception cref="LinuxException">It is no socket.</exception>
    public static SeqPacketSocket Adopt(FileDescriptor descriptor)
    {
        ArgumentNullException.ThrowIfNull(descriptor);
        return new SeqPacketSocket(descriptor);
    }

    /// <summary>Receives one packet.</summary>
    /// <param name="buffer">Where its bytes go; what does not fit is lost, as <paramref name="length"/> tells.</param>
    /// <param name="length">The packet's real length in bytes, which may be more than the buffer took; 0 unless a packet was found.</param>
    /// <exception cref="LinuxException">The descriptor is unusable.</exception>
    public ReceiveOutcome Receive(Span<byte> buffer, out int length)
    {
        byte* control = stackalloc byte[ControlSize];
        length = 0;
        // SAFETY: the kernel writes at most buffer.Length bytes into the pinned buffer and ControlSize bytes into the local.
        fixed (byte* data = buffer)
        {
            Libc.IoVector vector = new() { iov_base = data, iov_len = (nuint)buffer.Length };
            while (true)
            {
                Libc.MessageHeader message = new()
                {
                    msg_iov = &vector,
                    msg_iovlen = 1,
                    msg_control = control,
                    msg_controllen = ControlSize,
                };
                // With MSG_TRUNC the result is the packet's real length, whatever the buffer took.
                nint received = Libc.recvmsg(Descriptor, &message, Libc.MSG_DONTWAIT | Libc.MSG_TRUNC | Libc.MSG_CMSG_CLOEXEC);
                if (received >= 0)
                {
                    length = (int)received;
                    return received > 0 || message.msg_controllen > 0 ? ReceiveOutcome.Packet : ReceiveOutcome.End;
                }

                if (PacketFault.OfReceive("recvmsg") is { } outcome)
                    return outcome;
            }
        }
    }

    /// <summary>Sends one packet, whole or not at all. A packet of no bytes looks like the end of file to most receivers.</summary>
    /// <exception cref="LinuxException">EMSGSIZE: longer than the send buffer can ever hold. Or the descriptor is unusable.</exception>
    public SendOutcome Send(ReadOnlySpan<byte> packet)
    {
        // SAFETY: the kernel reads packet.Length bytes of the pinned span.
        fixed (byte* data = packet)
        {
            while (Libc.send(Descriptor, data, (nuint)packet.Length, Libc.MSG_NOSIGNAL | Libc.MSG_DONTWAIT) < 0)
            {
                if (PacketFault.OfSend("send") is { } outcome)
                    return outcome;
            }

            return SendOutcome.Sent;
        }
    }

    /// <summary>Receives packets, as many as there are; that they were received can be told from the passage even if this process ends at once.</summary>
    /// <param name="passage">Of these packets; tells their lengths, which may be more than their places took. See <see cref="MessagePassage.Begin"/>.</param>
    /// <param name="memory">Where their bytes go.</param>
    /// <param name="places">One for each packet: inside of the memory, at most the passage's capacity.</param>
    /// <param name="received">At least 1, the end of file not counted; 0 unless packets were found. Fewer than there are places: there are no more for now, or the end comes next.</param>
    /// <exception cref="LinuxException">The descriptor is unusable.</exception>
    public ReceiveOutcome Receive(MessagePassage passage, Span<byte> memory, ReadOnlySpan<PacketPlace> places, out int received)
    {
        ArgumentNullException.ThrowIfNull(passage);
        Check(places, memory.Length);
        received = 0;
        // SAFETY: the places lie inside of the pinned memory; besides them the kernel writes the passage's own memory.
        fixed (byte* data = memory)
        {
            while (true)
            {
                Libc.MultipleMessageHeader* headers = passage.Prepare(data, places, receives: true);
                if (Libc.recvmmsg(Descriptor, headers, (uint)places.Length, Libc.MSG_DONTWAIT | Libc.MSG_TRUNC | Libc.MSG_CMSG_CLOEXEC, null) > 0)
                {
                    received = passage.CountReceived(places.Length);
                    return received > 0 ? ReceiveOutcome.Packet : ReceiveOutcome.End;
                }

                if (PacketFault.OfReceive("recvmmsg") is { } outcome)
                    return outcome;
            }
        }
    }

    /// <summary>Sends packets, each whole or not at all, as many as there is room for; how many can be told from the passage even if this process ends at once.</summary>
    /// <param name="passage">Of these packets; see <see cref="MessagePassage.Begin"/>.</param>
    /// <param name="memory">Where they lie.</param>
    /// <param name="places">The packets, in their order: inside of the memory, at most the passage's capacity.</param>
    /// <param name="sent">At least 1 when something was sent. Fewer than there are packets: the next one tells why.</param>
    /// <exception cref="LinuxException">EMSGSIZE: the first is longer than the send buffer can ever hold. Or the descriptor is unusable.</exception>
    public SendOutcome Send(MessagePassage passage, ReadOnlySpan<byte> memory, ReadOnlySpan<PacketPlace> places, out int sent)
    {
        ArgumentNullException.ThrowIfNull(passage);
        Check(places, memory.Length);
        // SAFETY: the kernel reads the places, which lie inside of the pinned memory, and the passage's own memory.
        fixed (byte* data = memory)
        {
            while ((sent = Libc.sendmmsg(Descriptor, passage.Prepare(data, places, receives: false), (uint)places.Length, Libc.MSG_NOSIGNAL | Libc.MSG_DONTWAIT)) <= 0)
            {
                if (PacketFault.OfSend("sendmmsg") is { } outcome)
                {
                    sent = 0;
                    return outcome;
                }
            }

            return SendOutcome.Sent;
        }
    }

    /// <summary>Ends one direction or both. Nothing happens if the other end has gone already.</summary>
    public void Shutdown(ShutdownDirection direction) => SocketDescriptor.Shutdown(Descriptor, direction);

    /// <inheritdoc/>
    public void Dispose() => Descriptor.Dispose();

    private static void Check(ReadOnlySpan<PacketPlace> places, int length)
    {
        ArgumentOutOfRangeException.ThrowIfZero(places.Length, nameof(places));
        foreach (PacketPlace place in places)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan((ulong)(uint)place.Offset + (uint)place.Length, (ulong)length, nameof(places));
        }
    }
}
