namespace Bridge.Gateway.Reports;

/// <summary>What <c>ping --json</c> prints.</summary>
internal sealed record PingReport
{
    /// <summary>The device.</summary>
    public required string Device { get; init; }

    /// <summary>The channel.</summary>
    public required string Channel { get; init; }

    /// <summary>Bytes of each message.</summary>
    public required int Length { get; init; }

    /// <summary>Messages that <c>send()</c> accepted.</summary>
    public required long Sent { get; init; }

    /// <summary>Echoes that came in time.</summary>
    public required long Received { get; init; }

    /// <summary>Echoes that came after their time was up.</summary>
    public required long Late { get; init; }

    /// <summary>Echoes whose content differed; absent when it was not verified.</summary>
    public long? Corrupted { get; init; }

    /// <summary>Messages that were no echo of ours.</summary>
    public required long Foreign { get; init; }

    /// <summary>Round trips of the echoes in time; absent when there was none.</summary>
    public RoundTripReport? RttMicroseconds { get; init; }
}
