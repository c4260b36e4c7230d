using Bridge.Link.Frames.Device;
using Bridge.Virtio;

namespace Bridge.Relay;

/// <content>A queue of a life that an earlier process began: see <see cref="KeptLife"/>.</content>
internal sealed partial class DriverSideQueue
{
    /// <summary>Called before this side does what makes the ring's indices useless for <see cref="Recover"/>: from then on they do not tell the sequences. Null: nobody goes on with this queue.</summary>
    public Action? Unnumbered { get; init; }

    /// <summary>Where the ring lay when it was set.</summary>
    public RingLayout Layout { get; init; }

    /// <summary>
    /// Takes over from a lost process. The ring began at 0, so its used index is the next used sequence; which chains are outstanding is in the record, and what is behind them in the
    /// available ring was not taken.
    /// </summary>
    /// <param name="index">Queue index.</param>
    /// <param name="kept">Its generation and its ring.</param>
    /// <param name="row">Of the device.</param>
    /// <param name="offer">Of the queue.</param>
    /// <param name="window">Of the life.</param>
    /// <param name="options">Of the ring.</param>
    /// <param name="lent">Of the device.</param>
    /// <param name="counters">Of the device.</param>
    /// <param name="record">Of the queue.</param>
    /// <param name="told">Something of this life may have left this side.</param>
    /// <param name="unnumbered">See <see cref="Unnumbered"/>.</param>
    /// <exception cref="RingFaultException">Record and ring do not belong together.</exception>
    public static DriverSideQueue Recover(
        ushort index, in KeptQueue kept, DeviceRow row, in QueueOffer offer, Window window, RingOptions options, LentRoom lent, RelayCounters counters, InflightRecord record, bool told,
        Action unnumbered)
    {
        RingIndices indices = RingIndices.Read(window, kept.Layout, options.LittleEndian);
        if (record.RecoverAll(indices.Used) is not { } found || (ushort)(indices.Available - (ushort)found.Taken) > kept.Layout.Size)
            throw new RingFaultException(RingFault.IndexJump, $"Queue {index}: its record does not belong to a ring at {indices}.");
        var ring = new DeviceQueue(window, kept.Layout, options, (ushort)found.Taken, indices.Used);
        var queue = new DriverSideQueue(index, kept.Generation, row, offer, window, ring, lent, counters) { Layout = kept.Layout, Unnumbered = unnumbered };
        queue._record = record;
        foreach ((ulong sequence, ushort head) in found.Outstanding)
        {
            var left = new Outstanding();
            ring.TakeAgain(head, left.Chain);
            queue._byHead[head] = left;
            queue.Lend(left.Chain);
            queue._headOf.Add(sequence, head);
        }

        queue.GoOnFrom(found.Taken, told);
        return queue;
    }

    /// <summary>Heads of the chains that the driver has made available and that are not used, those that were not taken yet last.</summary>
    /// <param name="littleEndian">Of the ring.</param>
    public ushort[] ReadOutstanding(bool littleEndian)
    {
        ushort available = RingIndices.Read(_window, Layout, littleEndian).Available;
        return
        [
            .. _headOf.OrderBy(static pair => pair.Key).Select(static pair => pair.Value),
            .. RingIndices.ReadHeads(_window, Layout, littleEndian, _ring.NextAvailable, available),
        ];
    }

    private void GoOnFrom(ulong taken, bool told)
    {
        (_nextPosted, _nextUsed) = (taken, taken - (ulong)_headOf.Count);
        (_confirmed, _floor) = (_nextUsed, taken);
        while (_floor > 0 && _headOf.ContainsKey(_floor - 1))
            _floor--;
        // Sent or not: the device side will say what it has.
        _cursor = told ? SendCursor.At(taken) : default;
    }
}
