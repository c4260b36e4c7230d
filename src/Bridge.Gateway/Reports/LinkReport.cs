namespace Bridge.Gateway.Reports;

/// <summary>One link at one moment.</summary>
internal sealed record LinkReport
{
    /// <summary>Our name for the peer.</summary>
    public required string Peer { get; init; }

    /// <summary>How the link is.</summary>
    public required LinkState State { get; init; }

    /// <summary><c>quic</c> or <c>tcp</c>, of the current or last connection.</summary>
    public string? Transport { get; init; }

    /// <summary>Why it is this transport, when another one was preferred: one sentence.</summary>
    public string? TransportReason { get; init; }

    /// <summary>The peer's address, of the current or last connection.</summary>
    public string? RemoteAddress { get; init; }

    /// <summary>Version of the link protocol that both sides speak.</summary>
    public int? ProtocolVersion { get; init; }

    /// <summary>Connections since the gateway started.</summary>
    public required long Connections { get; init; }

    /// <summary>Seconds since the handshake of the connection; null without one.</summary>
    public double? UpSeconds { get; init; }

    /// <summary>Round trip of the link's own keep-alive, microseconds.</summary>
    public double? RttMicroseconds { get; init; }

    /// <summary>Connections that ended, by reason.</summary>
    public IReadOnlyDictionary<string, long>? Ended { get; init; }

    /// <summary>Devices that the two gateways do not agree on, a sentence each.</summary>
    public IReadOnlyList<string>? Refusals { get; init; }

    /// <summary>Why the last connection ended or did not come about: one sentence.</summary>
    public string? LastError { get; init; }

    /// <summary>Bytes sent on all connections.</summary>
    public long? SentBytes { get; init; }

    /// <summary>Bytes received on all connections.</summary>
    public long? ReceivedBytes { get; init; }
}
