using System.Net;
using System.Net.Sockets;
using Bridge.Linux.Native;

namespace Bridge.Linux;

/// <summary>
/// A connected byte-stream socket (SOCK_STREAM), AF_UNIX or TCP. It never blocks. Not thread-safe, except that sending and receiving may
/// happen on two threads.
/// </summary>
/// <remarks>
/// Closing while bytes lie unread breaks the connection off, and over TCP the other end may then lose what it has not yet received itself;
/// so an orderly end is: <see cref="Shutdown"/>, receive the rest, dispose.
/// <para>File descriptors that an application passes along are closed by the kernel: no room for them is ever offered.</para>
/// </remarks>
public sealed unsafe class StreamSocket : IDisposable
{
    private readonly AddressFamily? _internet;

    internal StreamSocket(FileDescriptor descriptor, AddressFamily? internet) => (Descriptor, _internet) = (descriptor, internet);

    /// <summary>For registration with a <see cref="Poller"/>.</summary>
    public FileDescriptor Descriptor { get; }

    /// <summary>TCP, and not AF_UNIX.</summary>
    public bool IsTcp => _internet is not null;

    /// <summary>Who is at the other end of an AF_UNIX socket; null over TCP, where nobody vouches for it.</summary>
    public PeerCredentials? PeerCredentials => IsTcp ? null : SocketDescriptor.ReadPeerCredentials(Descriptor);

    /// <summary>Where the other end of a TCP connection is; null for AF_UNIX, and when it has gone already.</summary>
    public IPEndPoint? RemoteEndPoint => _internet is { } family ? InternetAddress.ReadPeer(Descriptor, family) : null;

    /// <summary>SO_SNDBUF in bytes as the kernel counts them, bookkeeping included: setting a value stores its double.</summary>
    public int SendBufferSize
    {
        get => SocketDescriptor.GetOption(Descriptor, Libc.SOL_SOCKET, Libc.SO_SNDBUF);
        set => SocketDescriptor.SetOption(Descriptor, Libc.SOL_SOCKET, Libc.SO_SNDBUF, value);
    }

    /// <summary>TCP_NODELAY: a lone message leaves at once. Always true for AF_UNIX, where setting it does nothing.</summary>
    public bool NoDelay
    {
        get => !IsTcp || SocketDescriptor.GetOption(Descriptor, Libc.IPPROTO_TCP, Libc.TCP_NODELAY) != 0;
        set
        {
            if (IsTcp)
            {
                SocketDescriptor.SetOption(Descriptor, Libc.IPPROTO_TCP, Libc.TCP_NODELAY, value ? 1 : 0);
            }
        }
    }

    /// <summary>
    /// Has the kernel ask a silent TCP peer for a sign of life, so that one whose machine has vanished is found (<see cref="StreamOutcome.Reset"/>).
    /// Nothing happens for AF_UNIX.
    /// </summary>
    /// <param name="idleSeconds">Silence before the first question, 1..32767.</param>
    /// <param name="intervalSeconds">From one question to the next, 1..32767.</param>
    /// <param name="probes">Unanswered questions that end the connection, 1..127.</param>
    public void SetKeepAlive(int idleSeconds, int intervalSeconds, int probes)
    {
        if (!IsTcp)
        {
            return;
        }

        SocketDescriptor.SetOption(Descriptor, Libc.IPPROTO_TCP, Libc.TCP_KEEPIDLE, idleSeconds);
        SocketDescriptor.SetOption(Descriptor, Libc.IPPROTO_TCP, Libc.TCP_KEEPINTVL, intervalSeconds);
        SocketDescriptor.SetOption(Descriptor, Libc.IPPROTO_TCP, Libc.TCP_KEEPCNT, probes);
        SocketDescriptor.SetOption(Descriptor, Libc.SOL_SOCKET, Libc.SO_KEEPALIVE, 1);
    }

    /// <summary>Receives what has come, as far as it fits.</summary>
    /// <param name="buffer">Where the bytes go; at least one.</param>
    /// <param name="received">How many bytes came: at least 1 with <see cref="StreamOutcome.Received"/>, else 0.</param>
    /// <exception cref="ArgumentException">The buffer is empty: no bytes could not be told from the end.</exception>
    /// <exception cref="LinuxException">The descriptor is unusable.</exception>
    public StreamOutcome Receive(Span<byte> buffer, out int received)
    {
        if (buffer.IsEmpty)
        {
            throw new ArgumentException("a stream cannot be received into no bytes", nameof(buffer));
        }

        received = 0;
        // SAFETY: the kernel writes at most buffer.Length bytes into the pinned span.
        fixed (byte* data = buffer)
        {
            nint result;
            while ((result = Libc.recv(Descriptor, data, (nuint)buffer.Length, Libc.MSG_DONTWAIT)) < 0)
            {
                switch (LinuxException.Last)
                {
                    case Errno.EINTR:
                        continue;
                    case Errno.EAGAIN:
                        return StreamOutcome.WouldBlock;
                    case Errno.ECONNRESET or Errno.EPIPE or Errno.ETIMEDOUT or Errno.EHOSTUNREACH or Errno.ENETUNREACH:
                        return StreamOutcome.Reset;
                    default:
                        throw LinuxException.FromLast("recv");
                }
            }

            received = (int)result;
            return received > 0 ? StreamOutcome.Received : StreamOutcome.End;
        }
    }

    /// <summary>Sends as many of the bytes as there is room for.</summary>
    /// <param name="bytes">What to send; nothing happens if there are none.</param>
    /// <param name="sent">How many of them the kernel took: at least 1 with <see cref="SendOutcome.Sent"/> unless there were none, else 0.</param>
    /// <exception cref="LinuxException">The descriptor is unusable.</exception>
    public SendOutcome Send(ReadOnlySpan<byte> bytes, out int sent)
    {
        sent = 0;
        if (bytes.IsEmpty)
        {
            return SendOutcome.Sent;
        }

        // SAFETY: the kernel reads bytes.Length bytes of the pinned span.
        fixed (byte* data = bytes)
        {
            nint result;
            while ((result = Libc.send(Descriptor, data, (nuint)bytes.Length, Libc.MSG_NOSIGNAL | Libc.MSG_DONTWAIT)) < 0)
            {
                switch (LinuxException.Last)
                {
                    case Errno.EINTR:
                        continue;
                    case Errno.EAGAIN or Errno.ENOBUFS or Errno.ENOMEM:
                        return SendOutcome.WouldBlock;
                    case Errno.EPIPE or Errno.ECONNRESET or Errno.ENOTCONN or Errno.ETIMEDOUT or Errno.EHOSTUNREACH or Errno.ENETUNREACH:
                        return SendOutcome.Closed;
                    default:
                        throw LinuxException.FromLast("send");
                }
            }

            sent = (int)result;
            return SendOutcome.Sent;
        }
    }

    /// <summary>Ends one direction or both. Nothing happens if the other end has gone already.</summary>
    /// <remarks>Over TCP the other end learns nothing of <see cref="ShutdownDirection.Receive"/>: it goes on sending until its window is full.</remarks>
    public void Shutdown(ShutdownDirection direction) => SocketDescriptor.Shutdown(Descriptor, direction);

    /// <inheritdoc/>
    public void Dispose() => Descriptor.Dispose();
}
