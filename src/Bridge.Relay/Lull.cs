namespace Bridge.Relay;

/// <summary>
/// What nobody waits for goes with the next message, or after a lull: completions without data, buffers lent again, confirmations. A round trip through an idle device is then
/// one write each way and not five. Only where both ports are this bridge's own (<see cref="DeviceRow.PatientWith"/>): another driver may wait for a completion before it goes on.
/// </summary>
/// <remarks>Used inside the device's turn.</remarks>
internal sealed class Lull(TimeProvider time)
{
    /// <summary>How long something waits at most.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(10);

    // A queue's share of places that may wait: little against what a long line has under way.
    private const int Share = 32;

    private readonly long _ticks = (long)(Limit.TotalSeconds * time.TimestampFrequency);
    private uint _waiting, _seen;
    private bool _isAllowed;

    /// <summary>It has lasted long enough: nothing waits until all has been flushed.</summary>
    public bool IsOver { get; private set; }

    /// <summary>When it is over, as a timestamp of the time provider; null: nothing waits.</summary>
    public long? Deadline { get; private set; }

    /// <summary>Counts the flushes, so that a queue knows what has gone since.</summary>
    public int Flushes { get; private set; }

    /// <summary>A pump begins.</summary>
    /// <param name="allowed">Both ports are patient.</param>
    public void Look(bool allowed)
    {
        _isAllowed = allowed;
        if (Deadline is { } due && time.GetTimestamp() >= due)
            (IsOver, Deadline) = (true, null);
    }

    /// <summary>Whether so many of a queue's places, or chains, may wait for company.</summary>
    public bool TryWait(ulong count, uint places)
    {
        if (!_isAllowed || IsOver || count * Share > places)
            return false;
        Deadline ??= time.GetTimestamp() + _ticks;
        return true;
    }

    /// <summary>A frame was written that may wait.</summary>
    public void CountWaiting() => _waiting++;

    /// <summary>A new connection: what was written to the old one has gone with it.</summary>
    public void Forget() => (_waiting, _seen) = (0, 0);

    /// <summary>Whether the output must be flushed: the lull is over, or something was written that does not wait.</summary>
    public bool TakeFlush(uint frames)
    {
        bool urgent = IsOver || frames - _seen != _waiting;
        (_seen, _waiting, IsOver) = (frames, 0, false);
        Flushes += urgent ? 1 : 0;
        return urgent;
    }
}
