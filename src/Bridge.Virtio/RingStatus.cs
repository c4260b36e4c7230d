namespace Bridge.Virtio;

/// <summary>
/// One ring at one moment, as one of its two sides sees it: its own place, and the fields (virtio 1.2, 2.7.6 and 2.7.8) as they stand in memory, unchecked.
/// </summary>
/// <param name="Size">Entries.</param>
/// <param name="NextAvailable">Free running index of the next chain that this side adds (driver) or takes (device).</param>
/// <param name="NextUsed">Free running index of the next used element that this side takes (driver) or pushes (device).</param>
/// <param name="AvailableIndex">avail.idx: what the driver has published.</param>
/// <param name="UsedIndex">used.idx: what the device has published.</param>
/// <param name="AvailableFlags">avail.flags: bit 0, the driver wants no notifications (without EVENT_IDX).</param>
/// <param name="UsedFlags">used.flags: bit 0, the device wants no notifications (without EVENT_IDX).</param>
/// <param name="UsedEvent">used_event: after which used element the driver wants to be notified; null without EVENT_IDX.</param>
/// <param name="AvailableEvent">avail_event: after which chain the device wants to be notified; null without EVENT_IDX.</param>
/// <param name="InFlight">Chains that this side added and has not taken back (driver), or took and has not pushed back (device).</param>
/// <param name="Notified">Notifications that this side gave since its queue was made.</param>
/// <param name="Suppressed">Notifications that it did not give because the other side did not want them.</param>
public readonly record struct RingStatus(
    int Size,
    ushort NextAvailable,
    ushort NextUsed,
    ushort AvailableIndex,
    ushort UsedIndex,
    ushort AvailableFlags,
    ushort UsedFlags,
    ushort? UsedEvent,
    ushort? AvailableEvent,
    int InFlight,
    long Notified,
    long Suppressed)
{
    /// <summary>Entries that the driver published and the device has not given back: the device's, by the indices alone. A lying neighbour makes it lie.</summary>
    public int WithDevice => (ushort)(AvailableIndex - UsedIndex);

    /// <summary>All other entries: the driver's.</summary>
    public int WithDriver => Math.Max(0, Size - WithDevice);
}
