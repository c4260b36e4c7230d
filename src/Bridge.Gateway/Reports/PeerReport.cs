namespace Bridge.Gateway.Reports;

/// <summary>Where a peer is dialled.</summary>
internal sealed record PeerReport
{
    /// <summary>Its name here.</summary>
    public required string Peer { get; init; }

    /// <summary>auto, quic or tcp.</summary>
    public required string Transport { get; init; }

    /// <summary>host:port; none: the peer dials.</summary>
    public required IReadOnlyList<string> Connect { get; init; }
}
