using System.Net;
using System.Net.Sockets;
using Bridge.Link.Trust;

namespace Bridge.Link.Transports.Tcp;

/// <summary>An accepted socket before TLS.</summary>
internal sealed class TcpIncomingConnection(Socket socket, EndPoint remote, GatewayIdentity identity, PeerVerification peer) : IncomingConnection(remote)
{
    public override ValueTask<TransportConnection> AuthenticateAsync(CancellationToken cancellation) =>
        TcpTransport.AuthenticateAsync(socket, RemoteEndPoint, peer, tls => tls.AuthenticateAsServerAsync(TlsSettings.Server(identity, peer), cancellation));

    public override ValueTask DisposeAsync()
    {
        socket.Dispose();
        return ValueTask.CompletedTask;
    }
}
