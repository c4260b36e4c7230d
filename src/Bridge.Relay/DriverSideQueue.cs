using Bridge.Link;
using Bridge.Link.Frames.Device;
using Bridge.Virtio;

namespace Bridge.Relay;

/// <summary>
/// One queue of the driver side: captures the chains that the driver made available, keeps them in the in-flight table until they are used,
/// and applies used elements. It holds no bytes: the driver window is the retransmission buffer.
/// </summary>
/// Sequences of one generation: every one from the cursor up to nextPosted is outstanding; of those below it some are.
internal sealed partial class DriverSideQueue
{
    private readonly ushort _index;
    private readonly DeviceRow _row;
    private readonly QueueOffer _offer;
    private readonly DeviceQueue _ring;
    private readonly RelayCounters _counters;
    private readonly QueueTotals _totals;
    private readonly LentRoom _lent;
    private readonly Outstanding?[] _byHead;
    private readonly Dictionary<ulong, ushort> _headOf;

    private Window _window;
    private Outstanding _spare = new();
    private bool _armed;

    // The next sequence to give, and one past the highest that was used.
    private ulong _nextPosted, _floor;
    private SendCursor _cursor;

    // The next used sequence expected, the last one confirmed to the device side, and the element whose bytes are still coming.
    private ulong _nextUsed, _confirmed;
    private PartialUsed? _partial;
    private Unflushed _unflushed;

    public DriverSideQueue(ushort index, uint generation, DeviceRow row, QueueOffer offer, Window window, DeviceQueue ring, LentRoom lent, RelayCounters counters)
    {
        (_index, Generation, _row, _offer, _window, _ring, _lent, _counters, _totals) = (index, generation, row, offer, window, ring, lent, counters, counters.Queue(index));
        _byHead = new Outstanding?[ring.Size + MaximumTold];
        _headOf = new Dictionary<ulong, ushort>(ring.Size);
    }

    public uint Generation { get; private set; }

    public int RingSize => _ring.Size;

    public int InFlight => _headOf.Count + _again.Count;

    /// <summary>Why the ring was given up; null while it works.</summary>
    public RingFaultException? Broken { get; private set; }

    /// <summary>Something of this generation may have reached the device side.</summary>
    public bool HasSent => _cursor.Highest > 0;

    public QueueProgress Progress => new(_index, Generation, _nextPosted, _nextUsed);

    /// <summary>Notifications that the driver gave.</summary>
    public long Doorbells { get; private set; }

    /// <summary>The driver gave a notification.</summary>
    public void CountDoorbell()
    {
        Doorbells++;
        _totals.Doorbells++;
    }

    public QueueStatus ReadStatus() => new(_index, _ring.Size, Generation, _nextPosted, _nextUsed, InFlight, Broken?.Message)
    {
        Ring = _ring.ReadStatus(),
        Armed = _armed,
        Doorbells = Doorbells,
        Totals = _totals,
        Confirmed = _confirmed,
        WaitingForLink = (long)(_nextPosted - _cursor.Next),
        WaitingForPeer = _headOf.Count - (long)(_nextPosted - _cursor.Next),
        Places = _offer.Places,
        PlaceSize = _offer.PlaceSize,
        FreePlaces = _offer.Places - (long)(_nextPosted - _nextUsed),
        OfferedSize = _offer.MaximumSize,
    };

    private bool HasCredit => _nextPosted - _nextUsed < _offer.Places;

    /// <summary>A new connection: what the device side states decides where sending goes on. False = impossible, the epoch must end.</summary>
    public bool Resume(in QueueProgress device)
    {
        if (device.Posted < _floor || device.Posted > _cursor.Highest || device.Used < _nextUsed || device.Used > device.Posted)
            return false;
        _counters.SentAgain += (long)_cursor.Rewind(device.Posted);
        _partial = null;
        _confirmed = _nextUsed;
        ForgetHeld();
        return true;
    }

    /// <summary>Sends what is outstanding and unsent, then captures as long as the transport, the credit and the ring have it. False = the transport is full.</summary>
    public bool Pump(LaneOutput output, uint epoch, Lull lull)
    {
        if (IsStopped)
            return true;
        while (true)
        {
            while (_cursor.Offset > 0 || _cursor.Next < _nextPosted || CanCapture())
            {
                if (!output.CanWrite)
                    return false;
                if (_cursor.Offset > 0)
                    SendMore(output, epoch);
                else
                    SendBurst(output, epoch, lull);
            }

            if (Broken is not null || _armed || !HasCredit)
                break;
            if (!TryArm() || _armed)
                break;
        }

        if (_confirmed == _nextUsed || lull.TryWait(_nextUsed - _confirmed, _offer.Places))
            return true;
        if (!output.CanWrite)
            return false;
        SendBurst(output, epoch, lull);
        return true;
    }

    /// <summary>Drained: arms, and looks once more behind the fence. False = the ring is broken.</summary>
    private bool TryArm()
    {
        try
        {
            _armed = !_ring.EnableNotifications();
            return true;
        }
        catch (RingFaultException fault)
        {
            Break(fault);
            return false;
        }
    }

    private bool CanCapture()
    {
        if (Broken is not null || !HasCredit)
            return false;
        if (_again.Count > 0 || CanTell)
            return true;
        try
        {
            if (!_ring.HasAvailable)
                return false;
        }
        catch (RingFaultException fault)
        {
            Break(fault);
            return false;
        }

        if (_armed)
        {
            _ring.DisableNotifications();
            _armed = false;
        }

        return true;
    }

    /// <summary>Takes the next good chain into the table; malformed ones are given back and counted, a ring full of them at most. False = none.</summary>
    private bool TryCapture()
    {
        for (int looked = 0; looked < _ring.Size && CanCapture(); looked++)
        {
            if (_again.Count > 0 || CanTell)
            {
                if (TryTakeAgain())
                    return true;
                continue;
            }

            Chain chain = _spare.Chain;
            try
            {
                if (!_ring.TryTake(chain))
                    return false;
                _record?.Enter(chain.Head);
            }
            catch (RingFaultException fault) when (fault.Head is { } bad)
            {
                GiveBack(bad, fault);
                continue;
            }
            catch (RingFaultException fault)
            {
                Break(fault);
                return false;
            }

            if (!PlaceLayout.Fits(chain, _offer))
            {
                _counters.OversizedChains++;
                LastFault = new RingFaultException(RingFault.ChainTooLong,
                    $"queue {_index}: a chain of {chain.ReadableLength + chain.WritableLength} bytes in {chain.Readable.Length + chain.Writable.Length} segments does not fit "
                    + $"the device side's places of {_offer.PlaceSize} bytes and its ring of {_offer.MaximumSize} entries; give both gateways the same sizes", chain.Head);
                Unnumbered?.Invoke();
                Publish(chain.Head, 0);
                continue;
            }

            if (_answers.TryDequeue(out byte[]? answer))
            {
                Answer(chain, answer);
                continue;
            }

            Lend(chain);
            Enter(chain.Head);
            (_byHead[chain.Head], _spare) = (_spare, _byHead[chain.Head] ?? new Outstanding());
            _totals.Posted++;
            _totals.PostedBytes += (long)chain.ReadableLength;
            Note(chain.Readable, chain.ReadableLength);
            return true;
        }

        return false;
    }

    private void Enter(ushort head) => _headOf.Add(_nextPosted++, head);

    /// <summary>The newest chain fault, for the log; taken by the relay.</summary>
    public RingFaultException? LastFault { get; set; }

    /// <summary>Applies a USED burst: writes along our own copy of each chain, then publishes.</summary>
    /// <exception cref="LinkProtocolException">The peer names what is not outstanding, or more bytes than were lent.</exception>
    public void ApplyUsed(ReadOnlySpan<byte> payload)
    {
        if (IsStopped)
        {
            Hold(FrameType.Used, payload);
            return;
        }

        UsedPayload burst = UsedPayload.Read(payload);
        if (_partial is not null || burst.FirstSequence != _nextUsed)
            throw Violation($"used sequence {burst.FirstSequence} came, {_nextUsed} is next");
        ReadOnlySpan<byte> rest = payload[UsedPayload.Size..];
        for (int i = 0; i < burst.Count; i++)
        {
            UsedEntry entry = UsedEntry.Read(rest);
            rest = rest[UsedEntry.Size..];
            if (!_headOf.TryGetValue(entry.ChainSequence, out ushort head) || entry.ChainSequence >= _cursor.Next)
                throw Violation($"chain {entry.ChainSequence} is not outstanding");
            Chain chain = _byHead[head]!.Chain;
            if (entry.Written > chain.WritableLength)
                throw Violation($"{entry.Written} bytes for a chain that lent {chain.WritableLength}");
            int bytes = (int)Math.Min(entry.Written, (uint)rest.Length);
            if (bytes < entry.Written && i != burst.Count - 1)
                throw new LinkProtocolException(CloseReason.BadFrame, $"{FrameType.Used}: element {i} is cut and is not the last");
            SegmentCopy.Scatter(_window, chain.Writable, 0, rest[..bytes]);
            rest = rest[bytes..];
            if (bytes < entry.Written)
                _partial = new PartialUsed(head, (ulong)bytes, entry);
            else
                Complete(head, entry);
        }

        if (!rest.IsEmpty)
            throw new LinkProtocolException(CloseReason.BadFrame, $"{FrameType.Used}: {rest.Length} bytes after the last element");
    }

    /// <summary>Applies a USED_MORE frame.</summary>
    /// <exception cref="LinkProtocolException">It does not continue what is open.</exception>
    public void ApplyUsedMore(ReadOnlySpan<byte> payload)
    {
        if (IsStopped)
        {
            Hold(FrameType.UsedMore, payload);
            return;
        }

        MorePayload more = MorePayload.Read(FrameType.UsedMore, payload);
        ReadOnlySpan<byte> bytes = payload[MorePayload.Size..];
        if (_partial is not { } partial || more.Sequence != _nextUsed || more.Offset != partial.Offset || (ulong)bytes.Length > partial.Entry.Written - partial.Offset)
            throw Violation($"{FrameType.UsedMore} for used sequence {more.Sequence} at {more.Offset} continues nothing");
        SegmentCopy.Scatter(_window, _byHead[partial.Head]!.Chain.Writable, partial.Offset, bytes);
        ulong offset = partial.Offset + (ulong)bytes.Length;
        _partial = offset < partial.Entry.Written ? partial with { Offset = offset } : null;
        if (_partial is null)
            Complete(partial.Head, partial.Entry);
    }

    /// <summary>True if the driver wants to hear of what has been published since the last call.</summary>
    public bool ShouldNotify()
    {
        if (Broken is not null || IsStopped)
            return false;
        long suppressed = _ring.Suppressed;
        bool wanted = _ring.ShouldNotify();
        _totals.Suppressed += _ring.Suppressed - suppressed;
        _totals.Notified += wanted ? 1 : 0;
        return wanted;
    }

    private void Complete(ushort head, in UsedEntry entry)
    {
        Chain chain = _byHead[head]!.Chain;
        _headOf.Remove(entry.ChainSequence);
        TakeBack(chain);
        if (head >= _ring.Size)
            _byHead[head] = null; // The bridge's own, not the driver's.
        else
            Return(head, chain, entry);
        _nextUsed++;
        _floor = Math.Max(_floor, entry.ChainSequence + 1);
    }

    private void Return(ushort head, Chain chain, in UsedEntry entry)
    {
        _totals.Used++;
        _totals.UsedBytes += entry.Written;
        Note(chain.Writable, entry.Written);
        if (Broken is null)
            Publish(head, (uint)Math.Min(entry.Reported, _row.ReportedLimit(chain)));
    }

    private void Break(RingFaultException fault)
    {
        Broken = LastFault = fault;
        _counters.BrokenQueues++;
    }

    private LinkProtocolException Violation(string what) => new(CloseReason.ProtocolViolation, $"queue {_index}, generation {Generation}: {what}");

    private sealed class Outstanding
    {
        public Chain Chain { get; } = new();

        /// <summary>What the bridge itself has to say; null: the chain is the driver's.</summary>
        public byte[]? Told { get; init; }
    }

    private readonly record struct PartialUsed(ushort Head, ulong Offset, UsedEntry Entry);
}
