using System.Net;
using System.Net.Quic;
using System.Runtime.CompilerServices;
using System.Runtime.Versioning;
using System.Security.Authentication;
using Bridge.Link.Trust;

namespace Bridge.Link.Transports.Quic;

/// <summary>A listening UDP port. Handshakes run inside QUIC, bounded in number by the backlog and in time by the handshake timeout.</summary>
[SupportedOSPlatform("linux")]
[SupportedOSPlatform("macos")]
[SupportedOSPlatform("windows")]
internal sealed class QuicTransportListener : TransportListener
{
    private readonly QuicListener _listener;

    // The judge of each connection, for as long as the connection lives; QUIC does not tell when a handshake fails unseen.
    private readonly ConditionalWeakTable<QuicConnection, PeerVerification> _judges;

    private QuicTransportListener(QuicListener listener, ConditionalWeakTable<QuicConnection, PeerVerification> judges)
    {
        _listener = listener;
        _judges = judges;
    }

    public override TransportKind Kind => TransportKind.Quic;

    public override IPEndPoint LocalEndPoint => _listener.LocalEndPoint;

    /// <param name="address">Where to listen; on all IPv6 addresses it takes IPv4 as well.</param>
    /// <param name="identity">Our certificate.</param>
    /// <param name="verification">Makes the judge of one handshake.</param>
    /// <param name="devices">How many lanes a peer may open.</param>
    /// <param name="pending">How many handshakes may be pending.</param>
    /// <param name="handshakeTimeout">How long each may take.</param>
    /// <exception cref="System.Net.Sockets.SocketException">The address is taken or not ours.</exception>
    public static async ValueTask<QuicTransportListener> ListenAsync(
        IPEndPoint address, GatewayIdentity identity, Func<PeerVerification> verification, Func<int> devices, int pending, TimeSpan handshakeTimeout)
    {
        ConditionalWeakTable<QuicConnection, PeerVerification> judges = [];
        QuicListener listener = await QuicListener.ListenAsync(new QuicListenerOptions
        {
            ApplicationProtocols = [TlsSettings.Protocol],
            ConnectionOptionsCallback = (connection, _, _) =>
            {
                PeerVerification judge = verification();
                judges.Add(connection, judge);
                QuicServerConnectionOptions options = QuicSettings.Server(identity, judge, devices(), handshakeTimeout);
                options.ServerAuthenticationOptions.RemoteCertificateValidationCallback =
                    (sender, certificate, chain, errors) => judge.Verify(sender, certificate, chain, errors) ? true : throw Refused(connection, judge);
                return ValueTask.FromResult(options);
            },
            ListenBacklog = pending,
            ListenEndPoint = address,
        });
        return new QuicTransportListener(listener, judges);
    }

    public override async ValueTask<IncomingConnection> AcceptAsync(CancellationToken cancellation)
    {
        try
        {
            QuicConnection connection = await _listener.AcceptConnectionAsync(cancellation);
            if (_judges.TryGetValue(connection, out PeerVerification? judge) && judge.Peer is not null)
                return new QuicIncomingConnection(connection, judge);
            await connection.DisposeAsync();
            throw Refused(connection, judge);
        }
        catch (Exception e) when (e is QuicException or AuthenticationException && !cancellation.IsCancellationRequested)
        {
            // Our judge's refusal comes wrapped.
            throw e.InnerException as PeerRefusedException ?? new PeerRefusedException(CloseReason.AuthenticationFailed, null, $"A QUIC handshake failed: {e.Message}", e);
        }
    }

    public override ValueTask DisposeAsync() => _listener.DisposeAsync();

    private static PeerRefusedException Refused(QuicConnection connection, PeerVerification? judge) => new(
        judge is null || judge.Fingerprint.Length == 0 ? CloseReason.AuthenticationFailed : CloseReason.UnknownPeer,
        connection.RemoteEndPoint,
        judge?.Refusal ?? "The peer showed no certificate.");
}
