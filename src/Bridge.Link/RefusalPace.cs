namespace Bridge.Link;

/// <summary>A limit for the lines that strangers can cause: a few per second, and then one that says how many were left out. Thread-safe.</summary>
internal sealed class RefusalPace : IDisposable
{
    /// <summary>Lines that one period may have.</summary>
    internal const int Lines = 5;

    /// <summary>Length of a period, which begins with its first line.</summary>
    internal static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly Action<long> _leftOut;
    private readonly ITimer _end;
    private bool _running;
    private int _lines;
    private long _count;

    /// <param name="time">Clock and timers.</param>
    /// <param name="leftOut">Called at the end of a period, on a timer's thread or the disposer's, with how many lines it left out if any.</param>
    public RefusalPace(TimeProvider time, Action<long> leftOut)
    {
        _leftOut = leftOut;
        _end = time.CreateTimer(_ => EndPeriod(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>True: write the line. False: it is counted and will be told of at the end of the period.</summary>
    public bool MayLog()
    {
        lock (_gate)
        {
            if (!_running)
            {
                _running = true;
                _end.Change(Period, Timeout.InfiniteTimeSpan);
            }

            if (_lines < Lines)
            {
                _lines++;
                return true;
            }

            _count++;
            return false;
        }
    }

    /// <summary>Tells what has been left out so far.</summary>
    public void Dispose()
    {
        _end.Dispose();
        EndPeriod();
    }

    private void EndPeriod()
    {
        long count;
        lock (_gate)
        {
            (count, _count, _lines, _running) = (_count, 0, 0, false);
        }

        if (count > 0)
            _leftOut(count);
    }
}
