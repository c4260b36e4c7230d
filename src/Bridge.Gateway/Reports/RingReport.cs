namespace Bridge.Gateway.Reports;

/// <summary>One queue at one moment: this gateway's ring of it, and what the link knows. Indices are free running, modulo 65536.</summary>
internal sealed record RingReport
{
    /// <summary>The queue's number.</summary>
    public required int Index { get; init; }

    /// <summary><c>deviceToDriver</c> or <c>driverToDevice</c>: which way its messages go.</summary>
    public required string Direction { get; init; }

    /// <summary>Lives of the queue inside this life of the device.</summary>
    public required long Generation { get; init; }

    /// <summary>Entries of the ring.</summary>
    public required int Size { get; init; }

    /// <summary>Largest ring that the device side offers, entries: known on both sides.</summary>
    public required long OfferedSize { get; init; }

    /// <summary>avail.idx as it stands in the ring, written by the ring's driver.</summary>
    public required int AvailableIndex { get; init; }

    /// <summary>used.idx as it stands in the ring, written by the ring's device.</summary>
    public required int UsedIndex { get; init; }

    /// <summary>This gateway's own place: the next chain that it takes (virtio side) or makes available (vhost side).</summary>
    public required int NextAvailable { get; init; }

    /// <summary>This gateway's own place: the next used element that it publishes (virtio side) or takes (vhost side).</summary>
    public required int NextUsed { get; init; }

    /// <summary>avail.flags as it stands.</summary>
    public required int AvailableFlags { get; init; }

    /// <summary>used.flags as it stands.</summary>
    public required int UsedFlags { get; init; }

    /// <summary>used_event as it stands; absent without EVENT_IDX.</summary>
    public int? UsedEvent { get; init; }

    /// <summary>avail_event as it stands; absent without EVENT_IDX.</summary>
    public int? AvailableEvent { get; init; }

    /// <summary>Entries that are the ring's driver's, by the published indices.</summary>
    public required int WithDriver { get; init; }

    /// <summary>Entries that are the ring's device's, by the published indices.</summary>
    public required int WithDevice { get; init; }

    /// <summary>Chains captured (virtio side) or received over the link (vhost side) in this generation.</summary>
    public required long Posted { get; init; }

    /// <summary>Used elements applied (virtio side) or collected from the device (vhost side) in this generation.</summary>
    public required long Used { get; init; }

    /// <summary>Used elements of which the vhost side has been told (virtio side), or is told (vhost side), that they are applied.</summary>
    public required long Confirmed { get; init; }

    /// <summary>Chains in this gateway's table.</summary>
    public required int InFlight { get; init; }

    /// <summary>Of them, or of their used elements: waiting for the link.</summary>
    public required long WaitingForLink { get; init; }

    /// <summary>With the other side or on the way (virtio side); used elements that it has not confirmed (vhost side).</summary>
    public required long WaitingForPeer { get; init; }

    /// <summary>Waiting for descriptors of this ring; vhost side only.</summary>
    public int? WaitingForRing { get; init; }

    /// <summary>With the local device; vhost side only.</summary>
    public int? HeldByDevice { get; init; }

    /// <summary>Places of the vhost side's pool, one chain each.</summary>
    public required long Places { get; init; }

    /// <summary>Bytes of a place.</summary>
    public required long PlaceSize { get; init; }

    /// <summary>Free places of the pool; vhost side only.</summary>
    public long? FreePlaces { get; init; }

    /// <summary>Chains that may be posted before a place must become free; virtio side only.</summary>
    public long? Credit { get; init; }

    /// <summary>Whether this gateway asks its neighbour for notifications now.</summary>
    public required bool Armed { get; init; }

    /// <summary>Notifications that this gateway gave its neighbour in this life of the queue.</summary>
    public required long NotificationsSent { get; init; }

    /// <summary>Notifications that it spared its neighbour, who did not want them, in this life of the queue.</summary>
    public required long NotificationsSuppressed { get; init; }

    /// <summary>Notifications that the neighbour gave in this life of the queue.</summary>
    public required long NotificationsReceived { get; init; }

    /// <summary>Notifications that the neighbour spared this gateway since the gateway started; absent where the neighbour does not tell.</summary>
    public long? NotificationsSpared { get; init; }

    /// <summary>The ring fault that stopped the queue.</summary>
    public string? Fault { get; init; }
}
