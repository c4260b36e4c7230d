using System.Net;
using System.Net.Quic;
using System.Runtime.Versioning;
using Bridge.Link.Trust;

namespace Bridge.Link.Transports.Quic;

/// <summary>The QUIC options of both sides. Stream limits come from the configuration: a stream per configured device and one for the link.</summary>
[SupportedOSPlatform("linux")]
[SupportedOSPlatform("macos")]
[SupportedOSPlatform("windows")]
internal static class QuicSettings
{
    /// <summary>Application error code of every abort: what went wrong is said in the Close frame, not here.</summary>
    public const long ErrorCode = 0;

    // A link that carries several hundred Mbit/s over tens of milliseconds; grows only as bytes arrive.
    private const int ConnectionWindow = 16 << 20;
    private const int StreamWindow = 4 << 20;

    // Dead peers are found by the session's keep-alive. This one only ends what no session looks after any more.
    private static readonly TimeSpan IdleTimeout = TimeSpan.FromMinutes(1);

    public static QuicClientConnectionOptions Client(IPEndPoint address, GatewayIdentity identity, PeerVerification peer, TimeSpan handshakeTimeout) => Set(
        new QuicClientConnectionOptions
        {
            ClientAuthenticationOptions = TlsSettings.Client(identity, peer),
            RemoteEndPoint = address,
        },
        inboundStreams: 0,
        handshakeTimeout);

    public static QuicServerConnectionOptions Server(GatewayIdentity identity, PeerVerification peer, int devices, TimeSpan handshakeTimeout) => Set(
        new QuicServerConnectionOptions { ServerAuthenticationOptions = TlsSettings.Server(identity, peer) },
        inboundStreams: devices + 1,
        handshakeTimeout);

    private static T Set<T>(T options, int inboundStreams, TimeSpan handshakeTimeout)
        where T : QuicConnectionOptions
    {
        options.DefaultCloseErrorCode = ErrorCode;
        options.DefaultStreamErrorCode = ErrorCode;
        options.HandshakeTimeout = handshakeTimeout;
        options.IdleTimeout = IdleTimeout;
        options.InitialReceiveWindowSizes.Connection = ConnectionWindow;
        options.InitialReceiveWindowSizes.LocallyInitiatedBidirectionalStream = StreamWindow;
        options.InitialReceiveWindowSizes.RemotelyInitiatedBidirectionalStream = StreamWindow;
        options.MaxInboundBidirectionalStreams = inboundStreams;
        options.MaxInboundUnidirectionalStreams = 0;
        return options;
    }
}
