using System.Buffers.Binary;
using Bridge.Link;
using Bridge.Link.Frames.Device;
using Bridge.Virtio;

namespace Bridge.Relay;

/// <summary>
/// One queue of the device side: gives posted chains a place in the pool, makes them available to the device, and sends what the device
/// used. A place stays taken until the driver side has confirmed its used element: the pool is the retransmission buffer.
/// </summary>
internal sealed partial class DeviceSideQueue
{
    private readonly ushort _index;
    private readonly DeviceRow _row;
    private readonly Window _window;
    private readonly RelayCounters _counters;
    private readonly QueueTotals _totals;
    private readonly uint _placeSize;
    private readonly Place[] _places;
    private readonly Stack<int> _free;

    // Whole chains that wait for ring descriptors, in order; and used places by used sequence (modulo places), from _confirmed to _nextUsed.
    private readonly Queue<int> _waiting;
    private readonly int[] _usedLog;

    // The next chain sequence expected; the next used sequence to give; what the driver side has confirmed.
    private ulong _nextPosted, _nextUsed, _confirmed;
    private DriverQueue _ring;
    private SendCursor _cursor;
    private int _partial = -1;
    private ulong _partialOffset;
    private bool _armed;
    private Unflushed _unflushed;

    public DeviceSideQueue(
        ushort index, uint generation, DeviceRow row, Window window, DriverQueue ring, ulong pool, in QueueOffer offer, RelayCounters counters, bool merges)
    {
        (_index, Generation, _row, _window, _ring, _counters, _totals, _placeSize) = (index, generation, row, window, ring, counters, counters.Queue(index), offer.PlaceSize);
        _places = new Place[offer.Places];
        _free = new Stack<int>(_places.Length);
        _waiting = new Queue<int>(_places.Length);
        _usedLog = new int[_places.Length];
        for (int i = _places.Length - 1; i >= 0; i--)
        {
            _places[i] = new Place(pool + (ulong)i * offer.PlaceSize, merges);
            _free.Push(i);
        }
    }

    public uint Generation { get; }

    /// <summary>Entries of the driver's ring; 0: not known, after a restart of this side.</summary>
    public uint DriverRing { get; init; }

    public int InFlight => _places.Length - _free.Count;

    public RingFaultException? Broken { get; private set; }

    public QueueProgress Progress => new(_index, Generation, _nextPosted, _nextUsed);

    /// <summary>Notifications that the device gave.</summary>
    public long Doorbells { get; private set; }

    /// <summary>The device gave a notification.</summary>
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
        WaitingForLink = (long)(_nextUsed - _cursor.Next),
        WaitingForPeer = (long)(_cursor.Next - _confirmed),
        WaitingForRing = _waiting.Count,
        WithDevice = _ring.InFlight,
        Places = (uint)_places.Length,
        PlaceSize = _placeSize,
        FreePlaces = _free.Count,
        OfferedSize = (uint)_ring.Size,
    };

    /// <summary>A new connection: what the driver side states decides where sending goes on. False = impossible, the epoch must end.</summary>
    public bool Resume(in QueueProgress driver)
    {
        if (driver.Used < _confirmed || driver.Used > _cursor.Highest || driver.Posted < _nextPosted)
            return false;
        DropPartial();
        Confirm(driver.Used);
        _counters.SentAgain += (long)_cursor.Rewind(driver.Used);
        return true;
    }

    /// <summary>Applies a POSTED burst.</summary>
    /// <exception cref="LinkProtocolException">Out of sequence, beyond the credit, or malformed; what came before it in the burst stays applied, whole.</exception>
    public void ApplyPosted(ReadOnlySpan<byte> payload)
    {
        PostedPayload burst = PostedPayload.Read(payload);
        if (burst.UsedConfirmed < _confirmed || burst.UsedConfirmed > _cursor.Highest)
            throw Violation($"used {burst.UsedConfirmed} confirmed; between {_confirmed} and {_cursor.Highest} is possible");
        Confirm(burst.UsedConfirmed);
        if (burst.Count > 0 && (_partial >= 0 || burst.FirstSequence != _nextPosted))
            throw Violation($"chain {burst.FirstSequence} came, {_nextPosted} is next");
        ReadOnlySpan<byte> rest = payload[PostedPayload.Size..];
        for (int i = 0; i < burst.Count; i++)
            ApplyChain(ref rest, last: i == burst.Count - 1);
        if (!rest.IsEmpty)
            throw new LinkProtocolException(CloseReason.BadFrame, $"{FrameType.Posted}: {rest.Length} bytes after the last chain");
    }

    private void ApplyChain(ref ReadOnlySpan<byte> rest, bool last)
    {
        (int readable, int writable) = PostedPayload.ReadChain(rest);
        if (!_free.TryPeek(out int index))
            throw new LinkProtocolException(CloseReason.FlowViolation, $"queue {_index}: a chain beyond the {_places.Length} places that were offered");
        Place place = _places[index];
        if (readable + writable > _ring.Size)
            throw new LinkProtocolException(CloseReason.FlowViolation, $"queue {_index}: a chain of {readable + writable} segments, the ring that was offered has {_ring.Size} entries");
        if (!place.TryShape(rest.Slice(PostedPayload.ChainSize, 4 * (readable + writable)), readable, writable, _placeSize))
            throw new LinkProtocolException(CloseReason.FlowViolation, $"queue {_index}: a chain that does not fit a place of {_placeSize} bytes");
        rest = rest[PostedPayload.ShapeSize(readable + writable)..];
        int bytes = (int)Math.Min(place.ReadableLength, (ulong)rest.Length);
        if ((ulong)bytes < place.ReadableLength && !last)
            throw new LinkProtocolException(CloseReason.BadFrame, $"{FrameType.Posted}: a chain is cut and is not the last");
        _free.Pop();
        place.Sequence = _nextPosted;
        SegmentCopy.Scatter(_window, place.Readable, 0, rest[..bytes]);
        rest = rest[bytes..];
        if ((ulong)bytes < place.ReadableLength)
            (_partial, _partialOffset) = (index, (ulong)bytes);
        else
            Complete(index);
    }

    /// <summary>Applies a POSTED_MORE frame.</summary>
    /// <exception cref="LinkProtocolException">It does not continue what is open.</exception>
    public void ApplyPostedMore(in MorePayload more, ReadOnlySpan<byte> bytes)
    {
        if (_partial < 0 || more.Sequence != _nextPosted || more.Offset != _partialOffset || (ulong)bytes.Length > _places[_partial].ReadableLength - _partialOffset)
            throw Violation($"{FrameType.PostedMore} for chain {more.Sequence} at {more.Offset} continues nothing");
        Place place = _places[_partial];
        SegmentCopy.Scatter(_window, place.Readable, _partialOffset, bytes);
        _partialOffset += (ulong)bytes.Length;
        if (_partialOffset < place.ReadableLength)
            return;
        int index = _partial;
        _partial = -1;
        Complete(index);
    }

    /// <summary>Collects what the device used and, if it may have more, makes waiting chains available. True if the device wants to hear of new ones.</summary>
    public bool Turn(bool expose)
    {
        if (Broken is not null)
            return false;
        try
        {
            do
            {
                // One look decides: an element that came between two looks would be taken while the event field stands still, and the device would never ring again.
                if (_ring.HasUsed)
                {
                    if (_armed)
                        _ring.DisableNotifications();
                    _armed = false;
                    while (_ring.TryTakeUsed(out UsedElement used))
                        Collect(used);
                }

                if (expose)
                    Expose();
                if (!_armed)
                    _armed = !_ring.EnableNotifications();
            }
            while (!_armed);
            long suppressed = _ring.Suppressed;
            bool wanted = _ring.ShouldNotify();
            _totals.Suppressed += _ring.Suppressed - suppressed;
            _totals.Notified += wanted ? 1 : 0;
            return wanted;
        }
        catch (RingFaultException fault)
        {
            Break(fault);
            return false;
        }
    }

    /// <summary>Sends used elements as long as the transport takes them. False = it is full.</summary>
    public bool Send(LaneOutput output, uint epoch, Lull lull)
    {
        while (_cursor.Next < _nextUsed)
        {
            if (!output.CanWrite)
                return false;
            if (_cursor.Offset > 0)
                SendMore(output, epoch);
            else
                SendBurst(output, epoch, lull);
        }

        return true;
    }

    private void SendBurst(LaneOutput output, uint epoch, Lull lull)
    {
        Span<byte> room = output.Begin(FrameType.Used, epoch);
        ulong first = _cursor.Next;
        int at = UsedPayload.Size, count = 0;
        ulong sent = 0;
        while (_cursor.Offset == 0 && _cursor.Next < _nextUsed && count < ushort.MaxValue)
        {
            Place place = UsedPlace(_cursor.Next);
            if (count > 0 && UsedEntry.Size + (long)place.Written > room.Length - at)
                break;
            new UsedEntry(place.Sequence, place.Reported, place.Written).Write(room[at..]);
            at += UsedEntry.Size;
            int bytes = (int)Math.Min(place.Written, (uint)(room.Length - at));
            SegmentCopy.Gather(_window, place.Writable, 0, room.Slice(at, bytes));
            at += bytes;
            count++;
            sent += place.Written;
            _cursor.Sent((ulong)bytes, place.Written);
        }

        new UsedPayload(_index, (ushort)count, Generation, first).Write(room);
        output.End(at);
        // The driver has plenty of buffers without those that have not left.
        if (sent == 0 && _unflushed.TryAdd(lull, count, Math.Min(DriverRing, (uint)_places.Length)))
            lull.CountWaiting();
    }

    private void SendMore(LaneOutput output, uint epoch)
    {
        Place place = UsedPlace(_cursor.Next);
        _cursor.SendMore(output, FrameType.UsedMore, epoch, _index, Generation, _window, place.Writable, place.Written);
    }

    private Place UsedPlace(ulong usedSequence) => _places[_usedLog[usedSequence % (ulong)_usedLog.Length]];

    private void Complete(int index)
    {
        _nextPosted++;
        _totals.Posted++;
        _totals.PostedBytes += (long)_places[index].ReadableLength;
        _waiting.Enqueue(index);
    }

    private void Expose()
    {
        while (_waiting.TryPeek(out int index))
        {
            Place place = _places[index];
            // Before it can be seen; once more if the ring has no room for it yet.
            _record?.Enter(place.Sequence, index, place.Readable, place.Writable);
            if (!_ring.TryAdd(place.Readable, place.Writable, index, out _))
                return;
            _waiting.Dequeue();
            place.IsExposed = true;
        }
    }

    private void Collect(in UsedElement used)
    {
        Place place = _places[used.Token];
        if (_record is not null && place.Sequence != _nextUsed)
            OutOfOrder?.Invoke();
        Log(used.Token, used.Length, WrittenOf(place, used.Length));
    }

    /// <summary>The chain is done: what was written and reported goes to the driver side in its turn.</summary>
    private void Log(int index, uint reported, uint written)
    {
        Place place = _places[index];
        (place.Reported, place.Written, place.IsExposed) = (reported, written, false);
        _usedLog[_nextUsed++ % (ulong)_usedLog.Length] = index;
        _totals.Used++;
        _totals.UsedBytes += written;
    }

    private void Break(RingFaultException fault)
    {
        Broken = fault;
        _counters.BrokenQueues++;
    }

    private void Confirm(ulong used)
    {
        // Before its places are given away again.
        if (_record is not null && used > _confirmed)
            _record.Confirmed = used;
        for (; _confirmed < used; _confirmed++)
            _free.Push(_usedLog[_confirmed % (ulong)_usedLog.Length]);
    }

    private void DropPartial()
    {
        if (_partial < 0)
            return;
        _free.Push(_partial);
        _partial = -1;
    }

    private LinkProtocolException Violation(string what) => new(CloseReason.ProtocolViolation, $"queue {_index}, generation {Generation}: {what}");

    /// <summary>Room for one chain and what is known of it. Its segments are ours: nothing that the device writes is read back but used elements.</summary>
    private sealed class Place(ulong address, bool merges)
    {
        private Segment[] _segments = new Segment[1];
        private int _readable, _count;

        public ulong Sequence { get; set; }

        /// <summary>The device has it.</summary>
        public bool IsExposed { get; set; }

        public uint Reported { get; set; }

        public uint Written { get; set; }

        public ulong ReadableLength { get; private set; }

        public ulong WritableLength { get; private set; }

        public ReadOnlySpan<Segment> Readable => _segments.AsSpan(0, _readable);

        public ReadOnlySpan<Segment> Writable => _segments.AsSpan(_readable, _count - _readable);

        /// <summary>Lays a chain out again that is merged. False = that is none that could have been here.</summary>
        public bool TryRestore(ulong sequence, uint? readable, uint? writable, uint size)
        {
            (Sequence, _readable, _count) = (sequence, readable is null ? 0 : 1, (readable is null ? 0 : 1) + (writable is null ? 0 : 1));
            (ReadableLength, WritableLength) = (readable ?? 0, writable ?? 0);
            if (_count == 0 || PlaceLayout.Room(readable ?? 0) + PlaceLayout.Room(writable ?? 0) > size)
                return false;
            if (_segments.Length < _count)
                _segments = new Segment[_count];
            LayOutMerged();
            return true;
        }

        /// <summary>Lays the segments out. False = the place is too small.</summary>
        public bool TryShape(ReadOnlySpan<byte> lengths, int readable, int writable, uint size)
        {
            (_readable, _count, ReadableLength, WritableLength) = (readable, readable + writable, 0, 0);
            if (_segments.Length < _count)
                Array.Resize(ref _segments, _count);
            ulong at = 0;
            for (int i = 0; i < _count; i++)
            {
                uint length = BinaryPrimitives.ReadUInt32LittleEndian(lengths[(4 * i)..]);
                _segments[i] = new Segment(address + at, length);
                at += PlaceLayout.Room(length);
                if (at > size)
                    return false;
                if (i < readable)
                    ReadableLength += length;
                else
                    WritableLength += length;
            }

            if (merges)
                Merge();
            return true;
        }

        /// <summary>One segment each way, in the same room: merged segments need no more of it than each rounded up by itself.</summary>
        private void Merge()
        {
            bool hasReadable = _readable > 0, hasWritable = _count > _readable;
            (_readable, _count) = (hasReadable ? 1 : 0, (hasReadable ? 1 : 0) + (hasWritable ? 1 : 0));
            LayOutMerged();
        }

        private void LayOutMerged()
        {
            if (_readable > 0)
                _segments[0] = new Segment(address, (uint)ReadableLength);
            if (_count > _readable)
                _segments[_readable] = new Segment(address + PlaceLayout.Room((uint)ReadableLength), (uint)WritableLength);
        }
    }
}
