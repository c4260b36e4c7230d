using System.Net.Quic;
using System.Runtime.Versioning;
using Bridge.Link.Trust;

namespace Bridge.Link.Transports.Quic;

/// <summary>A connection whose TLS handshake QUIC has done; what is left is the link's stream, which shows with the peer's first bytes.</summary>
[SupportedOSPlatform("linux")]
[SupportedOSPlatform("macos")]
[SupportedOSPlatform("windows")]
internal sealed class QuicIncomingConnection(QuicConnection connection, PeerVerification peer) : IncomingConnection(connection.RemoteEndPoint)
{
    public override async ValueTask<TransportConnection> AuthenticateAsync(CancellationToken cancellation)
    {
        try
        {
            QuicStream main = await connection.AcceptInboundStreamAsync(cancellation);
            return new QuicTransportConnection(connection, main, peer);
        }
        catch (Exception e)
        {
            await connection.DisposeAsync();
            if (e is QuicException)
                throw new PeerRefusedException(CloseReason.TransportFailed, RemoteEndPoint, $"The peer ended the QUIC connection before it opened a stream: {e.Message}", e);
            throw;
        }
    }

    public override ValueTask DisposeAsync() => connection.DisposeAsync();
}
