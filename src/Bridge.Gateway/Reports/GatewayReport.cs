namespace Bridge.Gateway.Reports;

/// <summary>The answer to <c>GET /status</c>: one gateway at one moment. A member that is unknown or was not measured is absent.</summary>
internal sealed record GatewayReport
{
    /// <summary>The gateway's name.</summary>
    public required string Name { get; init; }

    /// <summary>The program's version.</summary>
    public required string Version { get; init; }

    /// <summary>The gateway's own fingerprint, for the peer's configuration.</summary>
    public string? Fingerprint { get; init; }

    /// <summary>Seconds since the gateway started.</summary>
    public required double UptimeSeconds { get; init; }

    /// <summary>Whether every device works end to end.</summary>
    public required ReadinessReport Readiness { get; init; }

    /// <summary>Where the gateway listens.</summary>
    public required IReadOnlyList<string> Listen { get; init; }

    /// <summary>Who connected and did not become a link's connection, by reason; absent while there was nobody.</summary>
    public IReadOnlyDictionary<string, long>? Refused { get; init; }

    /// <summary>The last of them, with the reason: one sentence.</summary>
    public string? LastRefused { get; init; }

    /// <summary>Every configured peer.</summary>
    public required IReadOnlyList<LinkReport> Links { get; init; }

    /// <summary>Every configured device.</summary>
    public required IReadOnlyList<DeviceReport> Devices { get; init; }
}
