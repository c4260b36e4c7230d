namespace Bridge.Gateway.Reports;

/// <summary>What <c>lab --json</c> prints. A member that was not measured is absent.</summary>
internal sealed record LabReport
{
    /// <summary>The scenario that ran.</summary>
    public required string Scenario { get; init; }

    /// <summary><c>quic</c> or <c>tcp</c>.</summary>
    public string? Transport { get; init; }

    /// <summary>Bytes of the file that went there and back.</summary>
    public long? Bytes { get; init; }

    /// <summary>Whether the file came back as it went.</summary>
    public bool? Sha256Match { get; init; }

    /// <summary>Messages that <c>send()</c> accepted.</summary>
    public long? Messages { get; init; }

    /// <summary>Accepted, never received.</summary>
    public long? Lost { get; init; }

    /// <summary>Received more than once.</summary>
    public long? Duplicated { get; init; }

    /// <summary>Received after a later one.</summary>
    public long? Reordered { get; init; }

    /// <summary>Round trips of the ping-pong.</summary>
    public RoundTripReport? RttMicroseconds { get; init; }

    /// <summary>Rate of the burst.</summary>
    public double? MessagesPerSecond { get; init; }
}
