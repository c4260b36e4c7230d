using Bridge.Virtio;

namespace Bridge.Relay;

/// <summary>What a device offers: all that a driver may read before it starts it. Immutable; a new one is made when something changes.</summary>
/// <param name="DeviceId">Virtio device id.</param>
/// <param name="VendorId">Virtio vendor id.</param>
/// <param name="Features">Feature bits.</param>
/// <param name="ConfigurationGeneration">Counts changes of the configuration.</param>
/// <param name="Configuration">Device-specific configuration space.</param>
/// <param name="QueueSizes">Largest ring of each queue, entries.</param>
public sealed record DeviceOffer(
    ushort DeviceId, uint VendorId, ulong Features, uint ConfigurationGeneration, ReadOnlyMemory<byte> Configuration, IReadOnlyList<int> QueueSizes);

/// <summary>Faces a driver on this machine. All calls come inside the device's turn, one at a time.</summary>
public interface IDriverPort
{
    /// <summary>
    /// The remote device is known (first call), or its offer changed (configuration). From the first call on the port may start its driver; the device stays offered through any outage.
    /// </summary>
    void OnOffer(DeviceOffer offer, IDriverRelay relay);

    /// <summary>What an earlier process of this gateway left of its device's life, taken over before the relay is made; null: nothing. The relay goes on with it, or ends it.</summary>
    KeptLife? Recovered => null;

    /// <summary>
    /// The relay goes on with <see cref="Recovered"/>: the device runs since then, with the queues as they are in its window. Comes from the relay's constructor, in place of the
    /// first <see cref="OnOffer"/>. A port that cannot go on resets.
    /// </summary>
    void OnRecovered(DeviceOffer offer, IDriverRelay relay) => throw new NotSupportedException("this port keeps no lives");

    /// <summary>Used doorbell of a queue: look at it. Spurious ones happen.</summary>
    void OnUsed(int queue);

    /// <summary>The device side says DEVICE_NEEDS_RESET, or this life cannot go on: reset the driver if that is possible here.</summary>
    void OnNeedsReset(string why);

    /// <summary>The reset that the driver asked for is complete: its status reads 0 now.</summary>
    void OnResetDone();

    /// <summary>
    /// The driver cannot be reset from here and goes on whatever becomes of the device side: one that has lost all that it knew is given the outstanding chains again (as far as
    /// the device table allows it), and <see cref="OnDeviceReplaced"/> is called. Else <see cref="OnNeedsReset"/> is.
    /// </summary>
    bool KeepsDriver => false;

    /// <summary>The device side is another one, in the same life of the driver. What the port answers and tells now goes before everything else (<see cref="IDriverRelay.Answer"/>, <see cref="IDriverRelay.Tell"/>).</summary>
    void OnDeviceReplaced()
    {
    }

    /// <summary>A message passed that the device table has ports hear of that keep their driver (<see cref="DeviceRow.Notable"/>).</summary>
    /// <param name="queue">On which queue.</param>
    /// <param name="message">Its first bytes, <see cref="NotableRule.Length"/> at most.</param>
    void OnNotable(int queue, ReadOnlySpan<byte> message)
    {
    }

    /// <summary>Does the port's pending work. True = call again soon, there is more.</summary>
    bool Pump();
}

/// <summary>What a driver port calls, inside the device's turn.</summary>
public interface IDriverRelay
{
    /// <summary>The device status byte as the driver reads it.</summary>
    DeviceStatus Status { get; }

    /// <summary>Which reset of the driver this is, known to both sides.</summary>
    ulong DriverLife => 0;

    /// <summary>
    /// The memory that all queues lie in outlives this process; after <see cref="SetQueue"/> of each, before DRIVER_OK. All rings begin at 0. The relay ends the life when a
    /// successor could not go on with it any more; the memory stays the port's.
    /// </summary>
    void KeepLife(KeptLife life) => life.End();

    /// <summary>Heads of the chains of a queue that are available or taken and not used, in order. In <see cref="IDriverPort.OnRecovered"/> only.</summary>
    IReadOnlyList<ushort> ReadOutstanding(int queue) => [];

    /// <summary>Resets the device: a new epoch. Queues are forgotten at once; <see cref="IDriverPort.OnResetDone"/> follows.</summary>
    void Reset();

    /// <summary>Writes the status byte; 0 is a reset.</summary>
    void SetStatus(DeviceStatus status);

    /// <summary>What the driver accepts of the offer.</summary>
    void SetFeatures(ulong features);

    /// <summary>A queue of the driver, and where its ring stands.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The device has no such queue.</exception>
    /// <exception cref="RingFaultException">The ring does not lie in the window.</exception>
    void SetQueue(int queue, Window window, RingLayout layout, ushort nextAvailable = 0, ushort nextUsed = 0);

    /// <summary>
    /// Keeps a record of a queue's outstanding chains, which outlives this process; right after <see cref="SetQueue"/>. Chains that an earlier back end left in it come first, as
    /// far as the device table lets them be repeated; the others are answered.
    /// </summary>
    /// <param name="queue">A queue that is set.</param>
    /// <param name="record">Its record.</param>
    /// <param name="outstanding">What <see cref="InflightRecord.Recover"/> found in it.</param>
    /// <exception cref="RingFaultException">What was found is no chain of this ring.</exception>
    void KeepRecord(int queue, InflightRecord record, IReadOnlyList<ushort> outstanding) => throw new NotSupportedException("this relay keeps no records");

    /// <summary>
    /// Stops a queue: from when this returns until <see cref="StartQueue"/> nothing of the driver's memory is touched for it and <see cref="IDriverPort.OnUsed"/> does not
    /// name it. What is in flight stays so, and what the device sends meanwhile is held.
    /// </summary>
    /// <returns>Where the ring stands: the next chain to take and the next used element.</returns>
    RingIndices StopQueue(int queue);

    /// <summary>Goes on with a stopped queue where it stopped.</summary>
    /// <exception cref="Bridge.Link.LinkProtocolException">What the peer sent meanwhile broke the protocol.</exception>
    void StartQueue(int queue);

    /// <summary>
    /// The driver's memory is mapped anew, the ring is the same: from when this returns the old window is not touched any more for this queue. If a chain in flight lies in
    /// the new window no longer, this life ends (<see cref="IDriverPort.OnNeedsReset"/>).
    /// </summary>
    /// <returns>False: it has ended.</returns>
    bool MoveQueue(int queue, Window window, RingLayout layout);

    /// <summary>Answers the next chain that the driver has lent on a queue, in the device's stead, before anything that the device side sends. Waits for a chain if there is none. In <see cref="IDriverPort.OnDeviceReplaced"/> only.</summary>
    void Answer(int queue, ReadOnlySpan<byte> bytes);

    /// <summary>Sends the device side a chain with these readable bytes, in the driver's stead, before anything of the driver's. In <see cref="IDriverPort.OnDeviceReplaced"/> only.</summary>
    void Tell(int queue, ReadOnlySpan<byte> bytes);

    /// <summary>Available doorbell.</summary>
    void OnAvailable(int queue);

    /// <summary>
    /// The driver writes to the configuration space. It sees its write at once, and the device side is brought to the same value, now or when there is a link again; it belongs
    /// to this life and ends with its reset. Null: the device type has nothing to write there (counted and logged).
    /// </summary>
    /// <param name="offset">Where, bytes.</param>
    /// <param name="bytes">What.</param>
    /// <returns>The offer as it is now. What the device makes of it, if that is anything else, comes by <see cref="IDriverPort.OnOffer"/>.</returns>
    DeviceOffer? WriteConfiguration(uint offset, ReadOnlySpan<byte> bytes) => null;
}

/// <summary>Faces, or is, a device on this machine. All calls come inside the device's turn, one at a time.</summary>
public interface IDevicePort
{
    /// <summary>
    /// What the device offers now; null until that is known, then never null again. Device id, features and queues stay what they were at first; the configuration may change.
    /// </summary>
    DeviceOffer? Offer { get; }

    /// <summary>Makes the memory for one life, in which the rings and the pool will lie. The relay disposes it when the next life has one of its own, or with itself.</summary>
    /// <param name="size">Its length, bytes.</param>
    /// <exception cref="IOException">The system has not that much; the driver is told that the device needs a reset.</exception>
    WindowMemory CreateMemory(ulong size) => new HeapMemory(size);

    /// <summary>What an earlier process of this gateway left of its device's life, taken over before the relay is made; null: nothing. The relay goes on with it, or ends and disposes it.</summary>
    KeptLife? Recovered => null;

    /// <summary>Makes memory for one life that outlives this process; null: this port keeps none, or cannot now, which it has logged. The relay ends and disposes it; one that goes on after this process is the port's to dispose.</summary>
    /// <param name="windowSize">Bytes of the rings and the pool.</param>
    /// <param name="records">Bytes of the relay's records.</param>
    KeptLife? BeginLife(ulong windowSize, ulong records) => null;

    /// <summary>
    /// The relay goes on with <see cref="Recovered"/>: as <see cref="Start"/>, but from the relay's constructor, and the rings stand where the lost process left them. What the device has not used it has
    /// again, in the same order: it completes in order.
    /// </summary>
    void Recover(ulong features, Window window, IReadOnlyList<RingLayout> queues, IDeviceRelay relay) => throw new NotSupportedException("this port keeps no lives");

    /// <summary>The driver said DRIVER_OK: rings are ready, features negotiated. The window lives until <see cref="Stop"/> returns.</summary>
    void Start(ulong features, Window window, IReadOnlyList<RingLayout> queues, IDeviceRelay relay);

    /// <summary>
    /// Reset: the device does not touch the rings any more when this returns, and nothing that the driver wrote is asked of a device again. Comes without <see cref="Start"/> if
    /// the driver only wrote to the configuration space.
    /// </summary>
    void Stop();

    /// <summary>
    /// The driver writes to a field of the configuration space that the device table lets it write. From when this returns <see cref="Offer"/> has it, in the same generation;
    /// a device that does not take it shows that by a change of the configuration. May come before <see cref="Start"/>; holds until <see cref="Stop"/>, also for a device that
    /// takes a lost one's place. False: this device takes no writes.
    /// </summary>
    bool WriteConfiguration(int offset, ReadOnlySpan<byte> bytes) => false;

    /// <summary>Available doorbell of a queue. Spurious ones happen.</summary>
    void OnAvailable(int queue);

    /// <summary>Does the port's pending work. True = call again soon, there is more.</summary>
    bool Pump();
}

/// <summary>What a device port calls, inside the device's turn.</summary>
public interface IDeviceRelay
{
    /// <summary>Which reset of the driver this is, known to both sides.</summary>
    ulong DriverLife => 0;

    /// <summary>Used doorbell.</summary>
    void OnUsed(int queue);

    /// <summary>The configuration in <see cref="IDevicePort.Offer"/> changed.</summary>
    void OnOfferChanged();

    /// <summary>The device cannot go on without a reset.</summary>
    void NeedsReset(string why);

    /// <summary>The device is lost: until <see cref="Resume"/> or <see cref="Restart"/> no chain is made available that it has not been given yet.</summary>
    void Suspend();

    /// <summary>The device, or another one that knows what the lost one had, goes on with the rings as they are.</summary>
    void Resume();

    /// <summary>
    /// The device was lost with what it had, and another one of its kind begins in its place with the same features. From when this returns the rings stand at 0 in the same
    /// place, with the chains that the lost one had first, in their order, as far as the device table lets them be repeated; the others are answered. What the lost device had
    /// published as used counts. Only from <see cref="IDevicePort.Pump"/>, between <see cref="IDevicePort.Start"/> and <see cref="IDevicePort.Stop"/>, while no device touches the rings.
    /// </summary>
    void Restart();
}
