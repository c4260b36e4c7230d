namespace Bridge.Gateway.Reports;

/// <summary>A scenario that sends messages and counts what becomes of them.</summary>
internal abstract record DeliveryLabReport : LabReport
{
    /// <summary>Accepted, never received.</summary>
    public long? Lost { get; init; }

    /// <summary>Received more than once.</summary>
    public long? Duplicated { get; init; }

    /// <summary>Received after a later one.</summary>
    public long? Reordered { get; init; }

    /// <summary>Received with other bytes than were sent; null where that is found otherwise.</summary>
    public long? Corrupted { get; init; }

    /// <inheritdoc/>
    public override IEnumerable<string> Faults()
    {
        if (Lost is not 0)
            yield return $"{Lost} messages were lost";
        if (Duplicated is not 0)
            yield return $"{Duplicated} messages came twice";
        if (Reordered is not 0)
            yield return $"{Reordered} messages came out of order";
        if (Corrupted is > 0)
            yield return $"{Corrupted} messages came damaged";
    }

    /// <summary>These figures, for a scenario's own.</summary>
    protected IEnumerable<(string What, object? Value)> Deliveries() => [("lost", Lost), ("duplicated", Duplicated), ("reordered", Reordered), ("corrupted", Corrupted)];
}
