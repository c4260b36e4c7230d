using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Bridge.Link.Trust;

namespace Bridge.Link.Transports.Tcp;

/// <summary>Dials over TCP and does either side's TLS handshake.</summary>
internal static class TcpTransport
{
    /// <summary>
    /// Segments for a path that loses packets of full size without saying so: with the headers of IPv6 and TCP 1260 bytes, below IPv6's smallest MTU (1280). The options of TCP
    /// are inside.
    /// </summary>
    public const int NarrowSegment = 1200;

    // Linux' TCP_MAXSEG, which .NET has no name for. Set before the connection it bounds both ways: our segments, and by the SYN's MSS option the peer's.
    private const int MaximumSegment = 2;

    /// <summary>Connects. Nothing is sent yet.</summary>
    /// <param name="address">Where to.</param>
    /// <param name="narrow">Segments of at most <see cref="NarrowSegment"/> bytes, both ways.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>The caller's, until <see cref="AuthenticateAsync(Socket, IPEndPoint, GatewayIdentity, PeerVerification, CancellationToken)"/> takes it.</returns>
    /// <exception cref="SocketException">Nobody answers there.</exception>
    public static async ValueTask<Socket> ConnectAsync(IPEndPoint address, bool narrow, CancellationToken cancellation)
    {
        Socket socket = new(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            if (narrow)
                socket.SetRawSocketOption((int)ProtocolType.Tcp, MaximumSegment, BitConverter.GetBytes(NarrowSegment));
            await socket.ConnectAsync(address, cancellation);
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        return socket;
    }

    /// <summary>Does the client's handshake; closes the socket if it fails. The peer may still refuse our certificate afterwards: TLS 1.3 tells a client late.</summary>
    /// <exception cref="PeerRefusedException">The peer is not who it should be, or speaks no TLS 1.3.</exception>
    public static ValueTask<TransportConnection> AuthenticateAsync(Socket socket, IPEndPoint address, GatewayIdentity identity, PeerVerification peer, CancellationToken cancellation) =>
        AuthenticateAsync(socket, address, peer, tls => tls.AuthenticateAsClientAsync(TlsSettings.Client(identity, peer), cancellation));

    /// <summary>Does the handshake that `handshake` starts; closes the socket if it fails.</summary>
    public static async ValueTask<TransportConnection> AuthenticateAsync(Socket socket, EndPoint remote, PeerVerification peer, Func<SslStream, Task> handshake)
    {
        LinkSocketStream bytes = new(socket);
        LinkTlsStream tls = new(bytes);
        try
        {
            await handshake(tls);
            bytes.IsAuthenticated = true;
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
