namespace Bridge.Rpmsg;

/// <summary>rpmsg's two virtqueues as one role sees them: vq0 carries messages from device to driver, vq1 from driver to device.</summary>
/// <remarks>
/// Not thread-safe: one thread at a time owns it. Every member that touches a ring throws <see cref="Virtio.RingFaultException"/> when the ring itself is broken (its Head is null);
/// the owner then stops the device. A chain that can be given back is given back and counted instead.
/// </remarks>
public abstract class RpmsgRings
{
    /// <summary>Where faults are counted; the bus's counters once attached to one.</summary>
    public RpmsgCounters Counters { get; internal set; } = new();

    /// <summary>Whose rings these are.</summary>
    public abstract RpmsgRole Role { get; }

    /// <summary>The index in the ring that <see cref="Commit"/> moves by one, modulo 2^16: the driver's available index of vq1, the device's used index of vq0.</summary>
    public abstract ushort TransmitPosition { get; }

    /// <summary>The index in the ring that <see cref="Release"/> moves by one, modulo 2^16: the driver's available index of vq0, the device's used index of vq1.</summary>
    public abstract ushort ReceivePosition { get; }

    /// <summary>The whole message buffer (header and payload) of a free transmit buffer; the same again until <see cref="Commit"/>.</summary>
    /// <param name="buffer">56..BufferSize bytes; the driver's choice on the device side.</param>
    /// <returns>False: none is free now. Hold the message back, never drop it.</returns>
    public abstract bool TryReserve(out Span<byte> buffer);

    /// <summary>How many transmit buffers are free now, a reserved one included. The device side learns of a chain that breaks a rule only when it reserves it.</summary>
    public abstract int CountFree();

    /// <summary>Publishes the reserved buffer.</summary>
    /// <param name="length">Bytes to send, the header included. ArgumentOutOfRangeException: under 16 or more than was reserved. InvalidOperationException: nothing is reserved.</param>
    public abstract void Commit(int length);

    /// <summary>Takes the next received message. Several may be held at once, and released in any order.</summary>
    /// <param name="message">Its bytes, bounded by the buffer and by the reported length, possibly malformed; valid until <see cref="Release"/>.</param>
    /// <param name="token">Names it until it is released.</param>
    public abstract bool TryReceive(out ReadOnlySpan<byte> message, out int token);

    /// <summary>The bytes of a message that was taken and not yet released. ArgumentException: no such message.</summary>
    public abstract ReadOnlySpan<byte> GetMessage(int token);

    /// <summary>Gives the buffer of a received message back. ArgumentException: no such message.</summary>
    public abstract void Release(int token);

    /// <summary>Which queues need a notification now (bit 0: vq0, bit 1: vq1), the other side's suppression applied. The owner rings them; a second call is 0 unless more was published. Not before DRIVER_OK.</summary>
    public abstract int TakeNotifications();

    /// <summary>Asks for notifications, for reception and, if wanted, for free transmit buffers.</summary>
    /// <returns>True: there is work already, go round again.</returns>
    public bool Arm(bool transmit) => Arm(receive: true, transmit);

    /// <summary>Asks for notifications of what is wanted and switches the others off. Armed, full fence, then looked again: nothing that arrives meanwhile is missed (traps 8 and 9).</summary>
    /// <param name="receive">Received messages.</param>
    /// <param name="transmit">Free transmit buffers.</param>
    /// <returns>True: some of what is wanted is there already, go round again.</returns>
    public abstract bool Arm(bool receive, bool transmit);
}
