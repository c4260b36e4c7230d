namespace Bridge.Gateway.Reports;

/// <summary>The local driver of a cross-connect at one moment: the other one is behind the link.</summary>
internal sealed record LocalDriverReport
{
    /// <summary>True when the driver has set DRIVER_OK.</summary>
    public required bool DriverOk { get; init; }

    /// <summary>The device status bits by name (virtio 1.2, 2.1), or why there are none yet.</summary>
    public required string Status { get; init; }

    /// <summary>Negotiated features by name.</summary>
    public required string Features { get; init; }

    /// <summary>The number of its present life; another one after each reset.</summary>
    public required long Epoch { get; init; }

    /// <summary>Its queues.</summary>
    public required IReadOnlyList<QueueReport> Queues { get; init; }
}
