namespace Bridge.Gateway.Bench;

/// <summary>Collects a run's figures as a whole and second by second. One thread.</summary>
/// <param name="time">The clock.</param>
internal sealed class BenchTimeline(TimeProvider time)
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    // How often something that is late is looked for.
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(10);

    private readonly LatencyHistogram _interval = new();
    private readonly List<BenchInterval> _intervals = [];
    private long _began, _intervalBegan, _looked, _sentBefore, _lostBefore;
    private bool _runs;

    /// <summary>As a whole.</summary>
    public BenchTotals Totals { get; } = new();

    /// <summary>Second by second.</summary>
    public IReadOnlyList<BenchInterval> Intervals => _intervals;

    /// <summary>Told of each interval.</summary>
    public Action<BenchInterval>? Progress { get; set; }

    /// <summary>Since <see cref="Begin"/>.</summary>
    public TimeSpan Elapsed => time.GetElapsedTime(_began);

    /// <summary>What is measured begins now.</summary>
    public void Begin()
    {
        _began = _intervalBegan = time.GetTimestamp();
        _runs = true;
    }

    /// <summary>An echo.</summary>
    public void Add(TimeSpan latency)
    {
        Totals.Latencies.Add(latency);
        _interval.Add(latency);
    }

    /// <summary>A message whose time is up.</summary>
    public void Lose() => Totals.Lost++;

    /// <summary>Closes intervals that are over. True: it is time to look for what is late.</summary>
    public bool IsDue()
    {
        if (time.GetElapsedTime(_looked) < Look)
            return false;
        _looked = time.GetTimestamp();
        if (_runs && time.GetElapsedTime(_intervalBegan) >= Second)
            Close();
        return true;
    }

    /// <summary>What is measured ends now.</summary>
    public void End()
    {
        _runs = false;
        Totals.Elapsed = Elapsed;
        if (_interval.Count > 0 || Totals.Sent > _sentBefore || Totals.Lost > _lostBefore)
            Close();
    }

    private void Close()
    {
        double seconds = time.GetElapsedTime(_intervalBegan).TotalSeconds;
        double? Microseconds(TimeSpan value) => _interval.Count == 0 ? null : Math.Round(value.TotalMicroseconds, 1);
        BenchInterval interval = new(
            Math.Round(Elapsed.TotalSeconds, 3),
            Math.Round((Totals.Sent - _sentBefore) / seconds, 1),
            Math.Round(_interval.Count / seconds, 1),
            Microseconds(_interval.Percentile(50)),
            Microseconds(_interval.Percentile(99)),
            Microseconds(_interval.Largest),
            Totals.Lost - _lostBefore);
        _intervals.Add(interval);
        _interval.Clear();
        (_sentBefore, _lostBefore) = (Totals.Sent, Totals.Lost);
        _intervalBegan = time.GetTimestamp();
        Progress?.Invoke(interval);
    }
}
