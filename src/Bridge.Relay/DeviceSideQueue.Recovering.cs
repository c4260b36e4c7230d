using Bridge.Link.Frames.Device;
using Bridge.Virtio;

namespace Bridge.Relay;

/// <content>A queue of a life that an earlier process began: see <see cref="KeptLife"/>.</content>
internal sealed partial class DeviceSideQueue
{
    private PlaceRecord? _record;

    /// <summary>Called when the device completes out of order, so that the ring's indices do not tell any more which chains it has. Null: nobody goes on with this queue.</summary>
    public Action? OutOfOrder { get; init; }

    /// <summary>Keeps a record from now on. There are no more places than the ring has entries, and chains are merged.</summary>
    public void Keep(PlaceRecord record)
    {
        (record.Generation, record.Confirmed) = (Generation, 0);
        _record = record;
    }

    /// <summary>Ring 2 as a lost process left it, for the queue that is then told to <see cref="Recover"/>.</summary>
    /// <param name="window">Of the life.</param>
    /// <param name="layout">Of ring 2.</param>
    /// <param name="options">Of ring 2.</param>
    /// <param name="pool">Where the queue's places begin.</param>
    /// <param name="offer">Their number and size.</param>
    /// <exception cref="RingFaultException">It does not stand as such a ring can.</exception>
    public static DriverQueue RecoverRing(Window window, RingLayout layout, RingOptions options, ulong pool, QueueOffer offer)
    {
        RingIndices indices = RingIndices.Read(window, layout, options.LittleEndian);
        ushort[] heads = RingIndices.ReadHeads(window, layout, options.LittleEndian, indices.Used, indices.Available);
        return DriverQueue.Recover(window, layout, options, heads, indices.Used, address =>
        {
            ulong index = address >= pool ? (address - pool) / offer.PlaceSize : ulong.MaxValue;
            return index < offer.Places && pool + (index * offer.PlaceSize) == address
                ? (int)index
                : throw new RingFaultException(RingFault.OutsideWindow, $"A chain begins at 0x{address:x}, where no place does.");
        });
    }

    /// <summary>
    /// Takes over from a lost process. Ring 2 began at 0 and every chain is made available in its order, so its indices are sequences; a chain that was not made available yet
    /// is forgotten: the driver side sends it again. A device that completes in order has what lies between the two indices.
    /// </summary>
    /// <param name="layout">Of ring 2.</param>
    /// <param name="options">Of ring 2.</param>
    /// <param name="record">Of the queue.</param>
    /// <exception cref="RingFaultException">Record and ring do not belong together.</exception>
    public void Recover(RingLayout layout, RingOptions options, PlaceRecord record)
    {
        RingIndices indices = RingIndices.Read(_window, layout, options.LittleEndian);
        _confirmed = record.Confirmed;
        _nextUsed = _confirmed + (ushort)(indices.Used - (ushort)_confirmed);
        _nextPosted = _nextUsed + (ushort)(indices.Available - indices.Used);
        if (_nextPosted - _confirmed > (ulong)_places.Length)
            throw new RingFaultException(RingFault.IndexJump, $"Queue {_index}: {_nextPosted - _confirmed} chains from {_confirmed} in {_places.Length} places.");
        uint[] lengths = RingIndices.ReadUsedLengths(_window, layout, options.LittleEndian, (ushort)_confirmed, indices.Used);
        var taken = new bool[_places.Length];
        for (ulong sequence = _confirmed; sequence < _nextPosted; sequence++)
        {
            (uint index, uint? readable, uint? writable) = record.Read(sequence);
            if (index >= (uint)_places.Length || taken[index] || !_places[index].TryRestore(sequence, readable, writable, _placeSize))
                throw new RingFaultException(RingFault.HeadInUse, $"Queue {_index}: chain {sequence} has no place {index} for {readable} and {writable} bytes.");
            taken[index] = true;
            if (sequence < _nextUsed)
                Restore((int)index, sequence, lengths[sequence - _confirmed]);
            else
                _places[index].IsExposed = true;
        }

        _free.Clear();
        for (int i = _places.Length - 1; i >= 0; i--)
        {
            if (!taken[i])
                _free.Push(i);
        }

        (_cursor, _record) = (SendCursor.At(_nextUsed), record);
    }

    private void Restore(int index, ulong sequence, uint reported)
    {
        Place place = _places[index];
        (place.Reported, place.Written, place.IsExposed) = (reported, WrittenOf(place, reported), false);
        _usedLog[sequence % (ulong)_usedLog.Length] = index;
    }

    private uint WrittenOf(Place place, uint reported) => (uint)(_row.ExactUsedLength ? Math.Min(reported, place.WritableLength) : place.WritableLength);
}
