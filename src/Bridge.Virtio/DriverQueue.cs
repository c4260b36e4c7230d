using System.Diagnostics.CodeAnalysis;

namespace Bridge.Virtio;

/// <summary>
/// The driver's side of one split ring (virtio 1.2, 2.7): adds chains, takes used elements. Not thread-safe: one thread at a time owns it, and whoever hands it
/// over orders its accesses. It allocates nothing per chain. What it wrote into shared memory it never reads back: the free list, the length of each chain and
/// its token are its own, since the device could scribble over the ring.
/// </summary>
[SuppressMessage("Naming", "CA1711:Identifiers should not have incorrect suffix", Justification = "virtqueue is the specification's word.")]
public sealed partial class DriverQueue
{
    private readonly SplitRing _ring;
    private readonly ChainWriter _writer;
    private readonly FreeDescriptorList _free;
    private readonly bool _eventIndex;

    /// <summary>By head: descriptors that its chain takes from the ring; 0 when it is not outstanding.</summary>
    private readonly ushort[] _descriptors;

    /// <summary>By head: what <see cref="TryAdd"/> was given.</summary>
    private readonly int[] _tokens;

    private ushort _nextAvailable;
    private ushort _nextUsed;

    /// <summary>used.idx as last loaded and checked; at or ahead of _nextUsed by at most <see cref="InFlight"/>.</summary>
    private ushort _used;

    private Unannounced _unannounced;

    /// <summary>Zeroes the ring and sets its indices to <paramref name="start"/>. The device must not know of it yet.</summary>
    /// <param name="window">Holds the ring, its tables and its buffers.</param>
    /// <param name="layout">Where the ring lies.</param>
    /// <param name="options">What was negotiated.</param>
    /// <param name="indirect">Where indirect tables may be built; null, or VIRTIO_F_INDIRECT_DESC not negotiated: never.</param>
    /// <param name="start">First index: rings need not start at zero.</param>
    /// <exception cref="RingFaultException">BadSize, Misaligned or OutsideWindow, with head null.</exception>
    /// <exception cref="ArgumentException">The tables are misaligned, too long or outside the window.</exception>
    public DriverQueue(Window window, RingLayout layout, RingOptions options, IndirectTables? indirect = null, ushort start = 0)
    {
        _ring = new SplitRing(window, layout, options.LittleEndian);
        _writer = new ChainWriter(window, _ring, options, indirect);
        _free = new FreeDescriptorList(_ring.Size);
        _eventIndex = options.EventIndex;
        _descriptors = new ushort[_ring.Size];
        _tokens = new int[_ring.Size];

        _nextAvailable = start;
        _nextUsed = start;
        _used = start;
        _ring.Zero();
        _ring.StoreUsedIndexRelease(start);
        _ring.StoreAvailableIndexRelease(start);
        if (_eventIndex)
        {
            // Both sides armed for the first entry, as zeroed fields are in a ring that starts at zero.
            _ring.StoreUsedEvent(start);
            _ring.StoreAvailableEvent(start);
        }
    }

    /// <summary>Entries of the ring.</summary>
    public int Size => _ring.Size;

    /// <summary>Available index: where the next chain goes, modulo 2^16.</summary>
    public ushort NextAvailable => _nextAvailable;

    /// <summary>Descriptors that no outstanding chain takes. An indirect chain takes one.</summary>
    public int FreeDescriptors => _free.Count;

    /// <summary>Chains added whose used element has not been taken.</summary>
    public int InFlight { get; private set; }

    /// <summary>The ring as it stands, for people: loads only, trusts nothing, throws nothing. By the thread that owns the queue.</summary>
    public RingStatus ReadStatus() => _ring.ReadStatus(_eventIndex, _nextAvailable, _nextUsed, InFlight, _unannounced);

    /// <summary>Whether a used element is there to be taken. Looks at the ring only when none is known to be there.</summary>
    /// <exception cref="RingFaultException"><see cref="RingFault.UsedIndexJump"/>, with head null: the queue is broken.</exception>
    public bool HasUsed
    {
        get
        {
            if (_used != _nextUsed)
                return true;

            ushort index = _ring.LoadUsedIndexAcquire();
            ushort ahead = (ushort)(index - _nextUsed);
            if (ahead > InFlight)
                throw new RingFaultException(RingFault.UsedIndexJump, $"used.idx is {index}, {ahead} ahead of {_nextUsed} with {InFlight} outstanding.");
            _used = index;
            return ahead != 0;
        }
    }

    /// <summary>
    /// Writes descriptors, then the available entry, then publishes the index (release): buffers filled before are visible to a device that sees the chain.
    /// Chains of more than one segment use an indirect table where one is long enough.
    /// </summary>
    /// <param name="readable">Segments for the device to read, first in the chain.</param>
    /// <param name="writable">Segments for the device to write.</param>
    /// <param name="token">Comes back with the used element.</param>
    /// <param name="head">First descriptor of the chain; 0 when false.</param>
    /// <returns>False: not enough free descriptors now; nothing was written.</returns>
    /// <exception cref="ArgumentException">
    /// No segment at all, more than the ring has entries (2.7.5.3.1) or <see cref="RingOptions.MaximumSegments"/>, more than 2^32 bytes in all, or a segment
    /// outside the window. Nothing was written.
    /// </exception>
    public bool TryAdd(ReadOnlySpan<Segment> readable, ReadOnlySpan<Segment> writable, int token, out ushort head)
    {
        _writer.Check(readable, writable);
        int segments = readable.Length + writable.Length;
        bool indirect = _writer.IsIndirect(segments);
        int descriptors = indirect ? 1 : segments;
        if (descriptors > _free.Count)
        {
            head = 0;
            return false;
        }

        head = _free.Take(descriptors);
        if (indirect)
            _writer.WriteIndirect(head, readable, writable);
        else
            _writer.WriteDirect(head, _free, readable, writable);
        _descriptors[head] = (ushort)descriptors;
        _tokens[head] = token;
        InFlight++;

        _ring.StoreAvailableEntry(_nextAvailable, head);
        _nextAvailable++;
        _ring.StoreAvailableIndexRelease(_nextAvailable);
        _unannounced.Add();
        return true;
    }

    /// <summary>Takes the next used element and frees its descriptors. Chains may come back in any order.</summary>
    /// <returns>False when there is none.</returns>
    /// <exception cref="RingFaultException">
    /// UsedIndexJump, UsedIdOutOfRange or UsedIdNotOutstanding, with head null: the queue is broken and has not moved.
    /// </exception>
    public bool TryTakeUsed(out UsedElement used)
    {
        if (!HasUsed)
        {
            used = default;
            return false;
        }

        (uint id, uint length) = _ring.LoadUsedEntry(_nextUsed);
        if (id >= (uint)Size)
            throw new RingFaultException(RingFault.UsedIdOutOfRange, $"used.ring[{_nextUsed % Size}] has id {id} in a ring of {Size}.");
        var head = (ushort)id;
        if (_descriptors[head] == 0)
            throw new RingFaultException(RingFault.UsedIdNotOutstanding, $"used.ring[{_nextUsed % Size}] has id {id}, which is not outstanding.");

        _nextUsed++;
        _free.Return(head, _descriptors[head]);
        _descriptors[head] = 0;
        InFlight--;
        used = new UsedElement(head, length, _tokens[head]);
        return true;
    }

    /// <summary>Notifications that were decided against since the queue was made, because the other side did not want them.</summary>
    public long Suppressed => _unannounced.Suppressed;

    /// <summary>
    /// Whether the device wants to be notified of what was added since the last call: full fence, then NO_NOTIFY or avail_event (2.7.10). False when nothing was
    /// added. The first time with EVENT_IDX it does not rely on the device's event field.
    /// </summary>
    public bool ShouldNotify()
    {
        _ring.FullFence();
        return _eventIndex
            ? _unannounced.Consider(_nextAvailable, _ring.LoadAvailableEvent(), suppressed: false)
            : _unannounced.Consider(_nextAvailable, eventIndex: null, _ring.LoadUsedSuppressed());
    }

    /// <summary>
    /// Tells the device that its notifications are not needed: a hint, they may still come. With EVENT_IDX there is nothing to write (flags stay 0, 2.7.7): the
    /// event field stands still and is passed at most once.
    /// </summary>
    public void DisableNotifications()
    {
        if (!_eventIndex)
            _ring.StoreAvailableFlags(SplitRing.Suppress);
    }

    /// <summary>
    /// Asks for a notification at the next used element, then full fence, then looks again. True: used elements are there now and no notification may come for
    /// them, so drain again.
    /// </summary>
    /// <exception cref="RingFaultException"><see cref="RingFault.UsedIndexJump"/>, with head null.</exception>
    public bool EnableNotifications()
    {
        if (_eventIndex)
            _ring.StoreUsedEvent(_nextUsed);
        else
            _ring.StoreAvailableFlags(0);
        _ring.FullFence();
        return HasUsed;
    }
}
