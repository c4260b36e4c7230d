namespace Bridge.Relay;

/// <summary>What one relay counted. Written inside the device's turn; read from anywhere (64-bit loads, each figure for itself).</summary>
public sealed class RelayCounters
{
    // Replaced as a whole when a queue comes: it is read from anywhere.
    private volatile QueueTotals[] _queues = [];

    /// <inheritdoc cref="QueueTotals.Posted"/>
    public long Posted => Sum(static queue => queue.Posted);

    /// <inheritdoc cref="QueueTotals.Used"/>
    public long Used => Sum(static queue => queue.Used);

    /// <inheritdoc cref="QueueTotals.PostedBytes"/>
    public long PostedBytes => Sum(static queue => queue.PostedBytes);

    /// <inheritdoc cref="QueueTotals.UsedBytes"/>
    public long UsedBytes => Sum(static queue => queue.UsedBytes);

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

    /// <inheritdoc cref="QueueTotals.Notified"/>
    public long Notifications => Sum(static queue => queue.Notified);

    /// <summary>Chains made available once more because the device was lost with them: the lost one may have done their work already.</summary>
    public long Repeated { get; internal set; }

    /// <summary>Writes of the driver to the configuration space that were taken.</summary>
    public long ConfigurationWrites { get; internal set; }

    /// <summary>Writes to what no driver of this device type may write, or to a device that takes none: ignored.</summary>
    public long RefusedConfigurationWrites { get; internal set; }

    /// <summary>Chains that were lost with the device and must not be repeated: given back as done, or as failed, by the device table.</summary>
    public long Forfeited { get; internal set; }

    /// <summary>What a queue counts, in this life and all others.</summary>
    internal QueueTotals Queue(int index)
    {
        while (_queues.Length <= index)
            _queues = [.. _queues, new QueueTotals()];
        return _queues[index];
    }

    private long Sum(Func<QueueTotals, long> figure) => _queues.Sum(figure);
}
