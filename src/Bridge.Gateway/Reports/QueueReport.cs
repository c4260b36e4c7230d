namespace Bridge.Gateway.Reports;

/// <summary>One virtqueue at one moment.</summary>
internal sealed record QueueReport
{
    /// <summary>The queue's number.</summary>
    public required int Index { get; init; }

    /// <summary>Entries of the ring.</summary>
    public int? Size { get; init; }

    /// <summary>Lives of the queue inside this life of the device.</summary>
    public long? Generation { get; init; }

    /// <summary>Chains taken from the driver (or posted to the device) in this generation.</summary>
    public long? Posted { get; init; }

    /// <summary>Chains given back in this generation.</summary>
    public long? Used { get; init; }

    /// <summary>Chains out at this moment.</summary>
    public int? InFlight { get; init; }

    /// <summary>Who makes the queue wait: the endpoint whose reader is over its quota.</summary>
    public string? HeldBy { get; init; }

    /// <summary>The ring fault that stopped the queue.</summary>
    public string? Fault { get; init; }
}
