namespace Bridge.Gateway.Reports;

/// <summary>One device's rings at one moment, as this gateway knows them.</summary>
internal sealed record RingDeviceReport
{
    /// <summary>The device's name.</summary>
    public required string Device { get; init; }

    /// <summary>The peer that has the other side, and its rings; of a cross-connect's local driver, that other side is here too.</summary>
    public required string Link { get; init; }

    /// <summary><c>virtio</c>: ring 1, between the driver and this gateway. <c>vhost</c>: ring 2, between this gateway and the device.</summary>
    public required string Side { get; init; }

    /// <summary>True: the local driver of a cross-connect, which has no other machine. Absent else.</summary>
    public bool? LocalDriver { get; init; }

    /// <summary>True while the lane has a connection on which both sides have stated where they stand.</summary>
    public required bool Connected { get; init; }

    /// <summary>The number of the device's present life.</summary>
    public required long Epoch { get; init; }

    /// <summary>The device status bits by name.</summary>
    public required string Status { get; init; }

    /// <summary>Its queues; none before the driver has set them.</summary>
    public required IReadOnlyList<RingReport> Queues { get; init; }
}
