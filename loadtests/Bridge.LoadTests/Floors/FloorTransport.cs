using System.Net;
using System.Net.Sockets;
using Bridge.Link.Transports;
using Bridge.Link.Transports.Quic;
using Bridge.Link.Transports.Tcp;
using Bridge.Link.Trust;

namespace Bridge.LoadTests.Floors;

/// <summary>Connections without the link: plain TCP, and the link's own transports with its options, certificates and windows, one stream each.</summary>
internal sealed class FloorTransport(GatewayIdentity identity, string peerFingerprint)
{
    private static readonly TimeSpan HandshakeTimeout = TimeSpan.FromSeconds(20);

    /// <summary>Listens on a port of loopback and hands every connection's stream to <paramref name="accepted"/> until cancelled.</summary>
    public async Task ListenAsync(FloorKind kind, int port, Action<Stream> accepted, Action listening, CancellationToken cancellation)
    {
        IPEndPoint address = new(IPAddress.Loopback, port);
        if (kind == FloorKind.Plain)
        {
            using Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            listener.Bind(address);
            listener.Listen();
            listening();
            while (true)
            {
                Socket socket = await listener.AcceptAsync(cancellation);
                socket.NoDelay = true;
                accepted(new NetworkStream(socket, ownsSocket: true));
            }
        }

        await using TransportListener secure = kind == FloorKind.Quic
            ? await QuicTransportListener.ListenAsync(address, identity, Verification, static () => 1, 16, HandshakeTimeout)
            : new TcpTransportListener(address, identity, Verification);
        listening();
        while (true)
        {
            IncomingConnection incoming = await secure.AcceptAsync(cancellation);
            TransportConnection connection = await incoming.AuthenticateAsync(cancellation);
            accepted(connection.Main);
        }
    }

    /// <summary>Connects to a port of loopback.</summary>
    public async Task<Stream> ConnectAsync(FloorKind kind, int port, CancellationToken cancellation)
    {
        IPEndPoint address = new(IPAddress.Loopback, port);
        if (kind == FloorKind.Quic)
            return (await QuicTransport.ConnectAsync(address, identity, Verification(), HandshakeTimeout, cancellation)).Main;
        Socket socket = await TcpTransport.ConnectAsync(address, narrow: false, cancellation);
        return kind == FloorKind.Plain
            ? new NetworkStream(socket, ownsSocket: true)
            : (await TcpTransport.AuthenticateAsync(socket, address, identity, Verification(), cancellation)).Main;
    }

    private PeerVerification Verification() => new([new PinnedKeys(peerFingerprint)], TimeProvider.System);
}
