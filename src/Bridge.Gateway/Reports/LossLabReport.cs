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

    /// <summary>How many messages may be lost by what README promises; null: none.</summary>
    public long? LostAtMost { get; init; }

    /// <summary>Received more than once because a gateway was killed while it handed them over.</summary>
    public long? Repeated { get; init; }

    /// <summary>From a completed handshake to the first message, the slowest of all cuts, ms.</summary>
    public double? FirstMessageMilliseconds { get; init; }

    /// <summary>The longest time in which nothing arrived in one of the directions, ms; the outages themselves count.</summary>
    public double? LongestPauseMilliseconds { get; init; }

    /// <summary>Names that had another address after the kills than before; null where none was killed.</summary>
    public long? ChangedAddresses { get; init; }

    /// <summary>Applications' connections that ended and were followed by another one; null where none was killed.</summary>
    public long? Reconnects { get; init; }

    /// <inheritdoc/>
    public override IEnumerable<string> Faults()
    {
        if (Lost > 0 && Lost <= LostAtMost)
        {
            foreach (string fault in (this with { Lost = 0 }).Faults())
                yield return fault;
            yield break;
        }

        foreach (string fault in base.Faults())
            yield return fault;
        if (Repeated is not 0)
            yield return $"{Repeated} messages were handed over twice";
        if (ChangedAddresses is > 0)
            yield return $"{ChangedAddresses} addresses are others than before";
    }

    /// <inheritdoc/>
    public override IEnumerable<(string What, object? Value)> Figures() =>
    [
        ("cuts of the link", Cuts),
        ("killed gateways", Kills),
        ("messages accepted by send()", Messages),
        .. Deliveries(),
        ("repeated", Repeated),
        ("first message after a handshake, slowest, ms", FirstMessageMilliseconds),
        ("lost at most, by README", LostAtMost),
        ("changed addresses", ChangedAddresses),
        ("connections made anew", Reconnects),
        ("longest pause, ms (outages included)", LongestPauseMilliseconds),
    ];
}
