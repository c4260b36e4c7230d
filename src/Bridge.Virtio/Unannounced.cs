namespace Bridge.Virtio;

/// <summary>
/// The entries that one side has published since it last considered a notification. Belongs to the thread that owns the queue.
/// </summary>
internal struct Unannounced
{
    private uint _count;
    private bool _considered;

    /// <summary>Decisions to notify since the queue was made.</summary>
    public long Notified { get; private set; }

    /// <summary>Decisions not to, because the other side did not want it.</summary>
    public long Suppressed { get; private set; }

    /// <summary>One more entry was published.</summary>
    public void Add() => _count++;

    /// <summary>
    /// Decides for everything published so far and starts anew. <paramref name="newIndex"/> is the published index, <paramref name="eventIndex"/> the
    /// other side's event field when EVENT_IDX is on, else null, and <paramref name="suppressed"/> its flag.
    /// </summary>
    public bool Consider(ushort newIndex, ushort? eventIndex, bool suppressed)
    {
        uint count = _count;
        bool first = !_considered;
        if (count == 0)
            return false;

        _count = 0;
        _considered = true;
        // The first time, an event field may stand from an earlier life of this ring, already passed; and beyond 65535 entries the formula has
        // wrapped. A notification too many is allowed, one too few is not.
        bool wanted = eventIndex is { } at
            ? first || count > ushort.MaxValue || EventIndex.IsPassed(at, newIndex, (ushort)(newIndex - count))
            : !suppressed;
        if (wanted)
            Notified++;
        else
            Suppressed++;
        return wanted;
    }
}
