namespace Bridge.Ports.Sockets;

/// <summary>At most one log line per second of its kind; the line carries a counter, which tells how many there were.</summary>
internal sealed class LogPace(TimeProvider time)
{
    private static readonly TimeSpan s_period = TimeSpan.FromSeconds(1);

    private long? _last;

    public bool MayLog()
    {
        long now = time.GetTimestamp();
        if (_last is { } last && time.GetElapsedTime(last, now) < s_period)
        {
            return false;
        }

        _last = now;
        return true;
    }
}
