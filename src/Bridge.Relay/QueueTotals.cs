namespace Bridge.Relay;

/// <summary>What one queue of a relay counted over all its lives. Written inside the device's turn; read from anywhere (64-bit loads, each figure for itself).</summary>
public sealed class QueueTotals
{
    /// <summary>Chains captured from the driver (driver side) or applied to the device (device side).</summary>
    public long Posted { get; internal set; }

    /// <summary>Readable bytes of the posted chains.</summary>
    public long PostedBytes { get; internal set; }

    /// <summary>Used elements published to the driver (driver side) or captured from the device (device side).</summary>
    public long Used { get; internal set; }

    /// <summary>Written bytes of the used elements.</summary>
    public long UsedBytes { get; internal set; }

    /// <summary>Notifications given to the local driver or device.</summary>
    public long Notified { get; internal set; }

    /// <summary>Notifications that were not given because the local driver or device did not want them.</summary>
    public long Suppressed { get; internal set; }

    /// <summary>Notifications that the local driver or device gave.</summary>
    public long Doorbells { get; internal set; }
}
