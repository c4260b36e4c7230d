namespace Bridge.Ports.Sockets;

/// <summary>A limit for log lines that strangers can cause: a few per second; the line or a counter tells how many there were.</summary>
internal sealed class LogPace(TimeProvider time, int linesPerSecond = 1)
{
    private static readonly TimeSpan s_period = TimeSpan.FromSeconds(1);

    private long _begin;
    private int _lines;

    public bool MayLog()
    {
        long now = time.GetTimestamp();
        if (_lines == 0 || time.GetElapsedTime(_begin, now) >= s_period)
        {
            (_begin, _lines) = (now, 0);
        }

        return _lines++ < linesPerSecond;
    }
}
