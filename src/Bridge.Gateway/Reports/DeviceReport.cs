namespace Bridge.Gateway.Reports;

/// <summary>One device at one moment.</summary>
internal sealed record DeviceReport
{
    /// <summary>The device's name.</summary>
    public required string Name { get; init; }

    /// <summary>The peer that has the other side.</summary>
    public required string Link { get; init; }

    /// <summary><c>virtio</c> or <c>vhost</c>: which side is here.</summary>
    public required string Side { get; init; }

    /// <summary>What it plugs into here.</summary>
    public required string Port { get; init; }

    /// <summary>With vhost-user and cross-connect: the socket that the front end connects to.</summary>
    public string? Socket { get; init; }

    /// <summary>Virtio device type: 7 is rpmsg.</summary>
    public int? VirtioId { get; init; }

    /// <summary>True when the driver has set DRIVER_OK (with cross-connect: both have): the device works.</summary>
    public required bool DriverOk { get; init; }

    /// <summary>The device status bits by name (virtio 1.2, 2.1), or why there are none yet.</summary>
    public string? Status { get; init; }

    /// <summary>Negotiated features by name.</summary>
    public string? Features { get; init; }

    /// <summary>The number of the device's present life; another one after each reset.</summary>
    public long? Epoch { get; init; }

    /// <summary>Bytes of the longest message that applications can send.</summary>
    public int? MaximumMessage { get; init; }

    /// <summary>Its queues.</summary>
    public required IReadOnlyList<QueueReport> Queues { get; init; }

    /// <summary>With cross-connect: the driver of this machine; everything above is about the one behind the link.</summary>
    public LocalDriverReport? LocalDriver { get; init; }

    /// <summary>Everything that is counted, by name: messages, malformed traffic, refusals.</summary>
    public IReadOnlyDictionary<string, long>? Counters { get; init; }
}
