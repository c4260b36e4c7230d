using Bridge.Link.Transports;
using Bridge.Link.Trust;

namespace Bridge.Link;

/// <summary>One link: its peer, how it is reached, and for how long what is waited for.</summary>
public sealed record LinkOptions
{
    /// <summary>The link's name in logs and status; not on the wire.</summary>
    public required string Name { get; init; }

    /// <summary>This gateway's name on the wire (<see cref="LinkName"/>).</summary>
    public required string Gateway { get; init; }

    /// <summary>Random per process start, the same for all links of the process.</summary>
    public required ulong Instance { get; init; }

    /// <summary>Who the peer is.</summary>
    public required PeerTrust Peer { get; init; }

    /// <summary>Where the peer is dialled, tried in turn; empty for a link that only listens.</summary>
    public IReadOnlyList<LinkAddress> Connect { get; init; } = [];

    /// <summary>What dials use. Inbound connections may use what the listener offers.</summary>
    public TransportMode Transport { get; init; } = TransportMode.Auto;

    /// <summary>How long nothing may be received; default 15 s.</summary>
    public TimeSpan IdleLimit { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long the hello exchange may take; default 5 s.</summary>
    public TimeSpan HelloTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long resolving a name, and connecting to one address with its TLS handshake, may take; default 5 s each.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary><see cref="TransportMode.Auto"/>: how long QUIC may take until its hello is answered; default 2.5 s, so that TCP begins within 3 s.</summary>
    public TimeSpan QuicPatience { get; init; } = TimeSpan.FromSeconds(2.5);

    /// <summary><see cref="TransportMode.Auto"/>: how long an address that did not answer over QUIC is dialled over TCP at once; default 60 s.</summary>
    public TimeSpan QuicRest { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The back-off's first delay; default 100 ms.</summary>
    public TimeSpan MinimumBackOff { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The back-off's longest delay; default 5 s.</summary>
    public TimeSpan MaximumBackOff { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>A connection that lasted this long resets the back-off; default 5 s.</summary>
    public TimeSpan StableAfter { get; init; } = TimeSpan.FromSeconds(5);
}
