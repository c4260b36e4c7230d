using System.Net;
using System.Net.Sockets;
using Bridge.Link.Transports;

namespace Bridge.Link;

/// <summary>Where a gateway takes inbound connections.</summary>
public sealed record LinkListenerOptions
{
    /// <summary>Address and port, for TCP and UDP alike; by default all addresses, IPv6 and IPv4. Port 0 takes a free one.</summary>
    public IPEndPoint EndPoint { get; init; } = new(IPAddress.IPv6Any, LinkAddress.DefaultPort);

    /// <summary>
    /// A TCP socket that listens at <see cref="EndPoint"/> already, as a service manager hands it over; it becomes the listener's. UDP is bound beside it as ever: System.Net.Quic makes
    /// its sockets itself and takes none.
    /// </summary>
    public Socket? Inherited { get; init; }

    /// <summary>Which transports are offered; <see cref="TransportMode.Auto"/> is both, as far as QUIC is available.</summary>
    public TransportMode Transport { get; init; } = TransportMode.Auto;

    /// <summary>How long a peer may take to authenticate; default 5 s.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How many may be authenticating at a time; more are refused. Default 64.</summary>
    public int MaximumHandshakes { get; init; } = 64;
}
