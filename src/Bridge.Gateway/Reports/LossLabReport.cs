namespace Bridge.Gateway.Reports;

/// <summary>The lab's applications while the link is cut, or gateways are killed.</summary>
internal sealed record LossLabReport : DeliveryLabReport
{
    /// <summary>How often the link was cut.</summary>
    public long? Cuts { get; init; }

    /// <summary>How often a gateway was killed.</summary>
    public long? Kills { get; init; }

    /// <summary>Messages that <c>send()</c> accepted, both ways.</summary>
    public long? Messages { get; init; }

    /// <summary>Received more than once because a gateway was killed while it handed them over.</summary>
    public long? Repeated { get; init; }

    /// <summary>From a completed handshake to the first message, the slowest of all cuts, ms.</summary>
    public double? FirstMessageMilliseconds { get; init; }

    /// <summary>The longest time in which nothing arrived in one of the directions, ms; the outages themselves count.</summary>
    public double? LongestPauseMilliseconds { get; init; }

    /// <inheritdoc/>
    public override IEnumerable<(string What, object? Value)> Figures() =>
    [
        ("cuts of the link", Cuts),
        ("killed gateways", Kills),
        ("messages accepted by send()", Messages),
        .. Deliveries(),
        ("repeated", Repeated),
        ("first message after a handshake, slowest, ms", FirstMessageMilliseconds),
        ("longest pause, ms (outages included)", LongestPauseMilliseconds),
    ];
}
