using System.Net;

namespace Bridge.Link.Transports;

/// <summary>A connection failed before or in its TLS handshake; the listener or dialler goes on.</summary>
/// <param name="reason">AuthenticationFailed, UnknownPeer, HandshakeTimeout, TooManyHandshakes or TransportFailed.</param>
/// <param name="remoteEndPoint">Where the other side is; null where the transport does not say.</param>
/// <param name="message">One sentence.</param>
/// <param name="inner">The transport's own exception.</param>
public sealed class PeerRefusedException(CloseReason reason, EndPoint? remoteEndPoint, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>For the log and the metric.</summary>
    public CloseReason Reason { get; } = reason;

    /// <summary>Where the other side is; null where the transport does not say.</summary>
    public EndPoint? RemoteEndPoint { get; } = remoteEndPoint;
}
