namespace Bridge.Relay;

/// <summary>What one relay counted. Written inside the device's turn; read from anywhere (64-bit loads, each figure for itself).</summary>
public sealed class RelayCounters
{
    /// <summary>Chains captured from the driver (driver side) or applied to the device (device side).</summary>
    public long Posted { get; internal set; }

    /// <summary>Used elements published to the driver (driver side) or captured from the device (device side).</summary>
    public long Used { get; internal set; }

    /// <summary>Readable bytes of the posted chains.</summary>
    public long PostedBytes { get; internal set; }

    /// <summary>Written bytes of the used elements.</summary>
    public long UsedBytes { get; internal set; }

    /// <summary>Chains or used elements sent once more after a link came back: the other side had not got them.</summary>
    public long SentAgain { get; internal set; }

    /// <summary>Times that a connection resumed this epoch.</summary>
    public long Resumed { get; internal set; }

    /// <summary>Epochs begun.</summary>
    public long Epochs { get; internal set; }

    /// <summary>Times that a device side which had lost this epoch was given its outstanding chains again.</summary>
    public long Reseeded { get; internal set; }

    /// <summary>Frames of an older epoch or queue generation, discarded.</summary>
    public long Stale { get; internal set; }

    /// <summary>Malformed chains that were given back with used length 0.</summary>
    public long MalformedChains { get; internal set; }

    /// <summary>Chains longer than the other side's places, given back with used length 0.</summary>
    public long OversizedChains { get; internal set; }

    /// <summary>Queues stopped because their ring was broken.</summary>
    public long BrokenQueues { get; internal set; }

    /// <summary>Connections closed because the peer broke the protocol on this lane.</summary>
    public long ProtocolFaults { get; internal set; }

    /// <summary>Notifications given to the local driver or device.</summary>
    public long Notifications { get; internal set; }

    /// <summary>Chains made available once more because the device was lost with them: the lost one may have done their work already.</summary>
    public long Repeated { get; internal set; }

    /// <summary>Writes of the driver to the configuration space that were taken.</summary>
    public long ConfigurationWrites { get; internal set; }

    /// <summary>Writes to what no driver of this device type may write, or to a device that takes none: ignored.</summary>
    public long RefusedConfigurationWrites { get; internal set; }

    /// <summary>Chains that were lost with the device and must not be repeated: given back as done, or as failed, by the device table.</summary>
    public long Forfeited { get; internal set; }
}
