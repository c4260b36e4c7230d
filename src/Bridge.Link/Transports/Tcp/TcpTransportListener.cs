using System.Net;
using System.Net.Sockets;
using Bridge.Link.Trust;

namespace Bridge.Link.Transports.Tcp;

/// <summary>A listening TCP socket; IPv6 takes IPv4 as well where it listens on all addresses.</summary>
internal sealed class TcpTransportListener : TransportListener
{
    private readonly Socket _socket;
    private readonly GatewayIdentity _identity;
    private readonly Func<PeerVerification> _verification;

    /// <param name="address">Where to listen.</param>
    /// <param name="identity">Our certificate.</param>
    /// <param name="verification">Makes the judge of one handshake.</param>
    /// <exception cref="SocketException">The address is taken or not ours.</exception>
    public TcpTransportListener(IPEndPoint address, GatewayIdentity identity, Func<PeerVerification> verification)
    {
        _identity = identity;
        _verification = verification;
        _socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (address.Address.Equals(IPAddress.IPv6Any))
                _socket.DualMode = true;
            _socket.Bind(address);
            _socket.Listen();
        }
        catch
        {
            _socket.Dispose();
            throw;
        }

        LocalEndPoint = (IPEndPoint)_socket.LocalEndPoint!;
    }

    /// <param name="listening">A socket that listens already; belongs to the listener from now on.</param>
    /// <param name="identity">Our certificate.</param>
    /// <param name="verification">Makes the judge of one handshake.</param>
    public TcpTransportListener(Socket listening, GatewayIdentity identity, Func<PeerVerification> verification)
    {
        _identity = identity;
        _verification = verification;
        _socket = listening;
        LocalEndPoint = (IPEndPoint)listening.LocalEndPoint!;
    }

    public override TransportKind Kind => TransportKind.Tcp;

    public override IPEndPoint LocalEndPoint { get; }

    public override async ValueTask<IncomingConnection> AcceptAsync(CancellationToken cancellation)
    {
        try
        {
            Socket accepted = await _socket.AcceptAsync(cancellation);
            return Prepare(accepted);
        }
        catch (SocketException e) when (!cancellation.IsCancellationRequested)
        {
            // Gone between connecting and accepting, or out of descriptors: neither ends the listener.
            throw new PeerRefusedException(CloseReason.TransportFailed, null, $"A TCP connection could not be accepted: {e.Message}", e);
        }
    }

    public override ValueTask DisposeAsync()
    {
        _socket.Dispose();
        return ValueTask.CompletedTask;
    }

    private TcpIncomingConnection Prepare(Socket accepted)
    {
        try
        {
            accepted.NoDelay = true;
            return new TcpIncomingConnection(accepted, accepted.RemoteEndPoint!, _identity, _verification());
        }
        catch
        {
            accepted.Dispose();
            throw;
        }
    }
}
