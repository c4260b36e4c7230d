using System.Diagnostics.CodeAnalysis;

namespace Bridge.Virtio;

/// <summary>
/// The device's side of one split ring (virtio 1.2, 2.7): takes available chains, publishes used elements. Not thread-safe: one thread at a time owns it,
/// and whoever hands it over orders its accesses. It allocates nothing per chain. The loop that loses no wakeup is:
/// <code>
/// do { DisableNotifications(); while (TryTake(chain)) ...; } while (EnableNotifications());
/// </code>
/// </summary>
[SuppressMessage("Naming", "CA1711:Identifiers should not have incorrect suffix", Justification = "virtqueue is the specification's word.")]
public sealed class DeviceQueue
{
    private readonly RingOptions _options;
    private readonly bool _eventIndex;
    private SplitRing _ring;
    private ChainReader _reader;

    /// <summary>By head: taken and not yet pushed back.</summary>
    private readonly bool[] _inFlight;

    /// <summary>avail.idx as last loaded and checked; at or ahead of <see cref="NextAvailable"/> by at most <see cref="Size"/>.</summary>
    private ushort _available;

    private Unannounced _unannounced;

    /// <summary>Attaches to a ring that a driver has laid out; reads and writes nothing yet. Call <see cref="EnableNotifications"/> before the first wait.</summary>
    /// <param name="window">Holds the ring, its tables and its buffers.</param>
    /// <param name="layout">Where the ring lies; may come from a stranger.</param>
    /// <param name="options">What was negotiated.</param>
    /// <param name="nextAvailable">Free running index of the next chain to take: rings need not start at zero.</param>
    /// <param name="nextUsed">Free running index of the next used element; see <see cref="RingIndices"/> for rings whose used part is filled already.</param>
    /// <exception cref="RingFaultException">BadSize, Misaligned or OutsideWindow, with head null.</exception>
    public DeviceQueue(Window window, RingLayout layout, RingOptions options, ushort nextAvailable = 0, ushort nextUsed = 0)
    {
        _ring = new SplitRing(window, layout, options.LittleEndian);
        _reader = new ChainReader(window, _ring, options);
        _options = options;
        _eventIndex = options.EventIndex;
        _inFlight = new bool[_ring.Size];
        _available = nextAvailable;
        NextAvailable = nextAvailable;
        NextUsed = nextUsed;
    }

    /// <summary>
    /// Goes on with the same ring at another place: the driver's memory is mapped anew. What is in flight stays so. Call <see cref="EnableNotifications"/> before the
    /// next wait.
    /// </summary>
    /// <param name="window">Holds the ring, its tables and its buffers from now on.</param>
    /// <param name="layout">Where the ring lies in it; of the same size.</param>
    /// <exception cref="RingFaultException">BadSize, Misaligned or OutsideWindow, with head null; the queue stays where it was.</exception>
    public void Move(Window window, RingLayout layout)
    {
        if (layout.Size != Size)
            throw new RingFaultException(RingFault.BadSize, $"A ring of {Size} entries cannot go on with {layout.Size}.");
        _ring = new SplitRing(window, layout, _options.LittleEndian);
        _reader = new ChainReader(window, _ring, _options);
    }

    /// <summary>Entries of the ring.</summary>
    public int Size => _ring.Size;

    /// <summary>Free running index of the next chain to take (vhost calls it last_avail_idx).</summary>
    public ushort NextAvailable { get; private set; }

    /// <summary>Free running index of the next used element to publish.</summary>
    public ushort NextUsed { get; private set; }

    /// <summary>Chains taken and not yet pushed back.</summary>
    public int InFlight { get; private set; }

    /// <summary>The ring as it stands, for people: loads only, trusts nothing, throws nothing. By the thread that owns the queue.</summary>
    public RingStatus ReadStatus() => _ring.ReadStatus(_eventIndex, NextAvailable, NextUsed, InFlight, _unannounced);

    /// <summary>Whether a chain is there to be taken. Looks at the ring only when nothing is known to be there.</summary>
    /// <exception cref="RingFaultException"><see cref="RingFault.IndexJump"/>, with head null.</exception>
    public bool HasAvailable => _available != NextAvailable || CountAvailable() > 0;

    /// <summary>How many chains are there to be taken now. Looks at the ring.</summary>
    /// <exception cref="RingFaultException"><see cref="RingFault.IndexJump"/>, with head null.</exception>
    public int CountAvailable()
    {
        ushort index = _ring.LoadAvailableIndexAcquire();
        ushort ahead = (ushort)(index - NextAvailable);
        if (ahead > Size)
            throw new RingFaultException(RingFault.IndexJump, $"avail.idx is {index}, {ahead} ahead of {NextAvailable} in a ring of {Size}.");
        _available = index;
        return ahead;
    }

    /// <summary>
    /// Copies and checks the next chain. When it throws with a head, only this chain is bad: it counts as taken, so that the caller can
    /// <see cref="Push"/>(head, 0) and go on. When it throws without one the queue has not moved and must stop.
    /// </summary>
    /// <param name="chain">Overwritten; empty after an exception, unchanged when false.</param>
    /// <returns>False when nothing is available.</returns>
    /// <exception cref="RingFaultException">The driver broke a rule; see <see cref="RingFault"/>. IndexJump, HeadOutOfRange and HeadInUse have no head.</exception>
    public bool TryTake(Chain chain)
    {
        if (!HasAvailable)
            return false;

        ushort head = _ring.LoadAvailableEntry(NextAvailable);
        if (head >= Size)
            throw new RingFaultException(RingFault.HeadOutOfRange, $"avail.ring[{NextAvailable % Size}] is {head} in a ring of {Size}.");
        if (_inFlight[head])
            throw new RingFaultException(RingFault.HeadInUse, $"avail.ring[{NextAvailable % Size}] is {head}, which is in flight already.");

        NextAvailable++;
        _inFlight[head] = true;
        InFlight++;
        _reader.Read(head, chain);
        return true;
    }

    /// <summary>Copies and checks a chain that the device's side of this ring had taken before it was lost; it counts as taken, and the ring stands where it stood.</summary>
    /// <param name="head">Its head.</param>
    /// <param name="chain">Overwritten; empty after an exception.</param>
    /// <exception cref="RingFaultException">The chain is bad. HeadOutOfRange and HeadInUse have no head; otherwise the chain counts as taken, as with <see cref="TryTake"/>.</exception>
    public void TakeAgain(ushort head, Chain chain)
    {
        if (head >= Size)
            throw new RingFaultException(RingFault.HeadOutOfRange, $"{head} is to be taken again in a ring of {Size}.");
        if (_inFlight[head])
            throw new RingFaultException(RingFault.HeadInUse, $"{head} is to be taken again and is in flight already.");
        _inFlight[head] = true;
        InFlight++;
        _reader.Read(head, chain);
    }

    /// <summary>
    /// Writes one used element and publishes it (release). Chains may be pushed in any order. Everything written to the chain's buffers before is visible
    /// to the driver that sees the element.
    /// </summary>
    /// <param name="head">A head that is in flight.</param>
    /// <param name="length">Bytes written to the chain, by the specification (2.7.8); passed on as it is.</param>
    /// <exception cref="ArgumentException"><paramref name="head"/> is not in flight.</exception>
    public void Push(ushort head, uint length)
    {
        if (head >= Size || !_inFlight[head])
            throw new ArgumentException($"Chain {head} is not in flight.", nameof(head));

        // Before publishing: from then on the driver may make the head available again.
        _inFlight[head] = false;
        InFlight--;
        _ring.StoreUsedEntry(NextUsed, head, length);
        NextUsed++;
        _ring.StoreUsedIndexRelease(NextUsed);
        _unannounced.Add();
    }

    /// <summary>Notifications that were decided against since the queue was made, because the other side did not want them.</summary>
    public long Suppressed => _unannounced.Suppressed;

    /// <summary>
    /// Whether the driver wants to be notified of what was pushed since the last call: full fence, then NO_INTERRUPT or used_event (2.7.7). False when
    /// nothing was pushed. The first time with EVENT_IDX it does not rely on the driver's event field, which may be from an earlier life.
    /// </summary>
    public bool ShouldNotify()
    {
        _ring.FullFence();
        return _eventIndex
            ? _unannounced.Consider(NextUsed, _ring.LoadUsedEvent(), suppressed: false)
            : _unannounced.Consider(NextUsed, eventIndex: null, _ring.LoadAvailableSuppressed());
    }

    /// <summary>
    /// Tells the driver that its notifications are not needed: a hint, they may still come. With EVENT_IDX there is nothing to write (flags stay 0, 2.7.10): the
    /// event field stands still and is passed at most once.
    /// </summary>
    public void DisableNotifications()
    {
        if (!_eventIndex)
            _ring.StoreUsedFlags(SplitRing.Suppress);
    }

    /// <summary>
    /// Asks for a notification at the next chain, then full fence, then looks again. True: chains are there now and no notification may come for them, so
    /// drain again.
    /// </summary>
    /// <exception cref="RingFaultException"><see cref="RingFault.IndexJump"/>, with head null.</exception>
    public bool EnableNotifications()
    {
        if (_eventIndex)
            _ring.StoreAvailableEvent(NextAvailable);
        else
            _ring.StoreUsedFlags(0);
        _ring.FullFence();
        return HasAvailable;
    }
}
