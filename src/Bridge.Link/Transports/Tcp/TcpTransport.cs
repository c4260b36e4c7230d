using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Bridge.Link.Trust;

namespace Bridge.Link.Transports.Tcp;

/// <summary>Dials over TCP and does either side's TLS handshake.</summary>
internal static class TcpTransport
{
    /// <summary>Connects and authenticates. The peer may still refuse our certificate afterwards: TLS 1.3 tells a client late.</summary>
    /// <exception cref="PeerRefusedException">The peer is not who it should be, or speaks no TLS 1.3.</exception>
    /// <exception cref="SocketException">Nobody answers there.</exception>
    public static async ValueTask<TransportConnection> ConnectAsync(IPEndPoint address, GatewayIdentity identity, PeerVerification peer, CancellationToken cancellation)
    {
        Socket socket = new(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(address, cancellation);
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        return await AuthenticateAsync(socket, address, peer, tls => tls.AuthenticateAsClientAsync(TlsSettings.Client(identity, peer), cancellation));
    }

    /// <summary>Does the handshake that `handshake` starts; closes the socket if it fails.</summary>
    public static async ValueTask<TransportConnection> AuthenticateAsync(Socket socket, EndPoint remote, PeerVerification peer, Func<SslStream, Task> handshake)
    {
        SslStream tls = new(new NetworkStream(socket, ownsSocket: true), leaveInnerStreamOpen: false);
        try
        {
            await handshake(tls);
            return new TcpTransportConnection(socket, tls, remote, peer);
        }
        catch (Exception e)
        {
            await tls.DisposeAsync();
            if (e is AuthenticationException or IOException)
                throw Refused(e, remote, peer);
            throw;
        }
    }

    private static PeerRefusedException Refused(Exception e, EndPoint remote, PeerVerification peer) => peer.Refusal is { } refusal
        ? new PeerRefusedException(peer.Fingerprint.Length == 0 ? CloseReason.AuthenticationFailed : CloseReason.UnknownPeer, remote, refusal, e)
        : new PeerRefusedException(CloseReason.AuthenticationFailed, remote, $"The TLS 1.3 handshake failed: {(e.InnerException ?? e).Message}", e);
}
