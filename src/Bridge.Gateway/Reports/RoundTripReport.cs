namespace Bridge.Gateway.Reports;

/// <summary>Round-trip times in microseconds.</summary>
internal sealed record RoundTripReport
{
    /// <summary>The shortest.</summary>
    public double? Min { get; init; }

    /// <summary>The mean.</summary>
    public double? Avg { get; init; }

    /// <summary>The longest.</summary>
    public double? Max { get; init; }

    /// <summary>The median.</summary>
    public required double P50 { get; init; }

    /// <summary>99 of 100 were at most this long.</summary>
    public required double P99 { get; init; }
}
