namespace Bridge.Relay.Tests.Rigs;

/// <summary>A clock with timers that moves only when the test says so. One timestamp unit is one tick of TimeSpan.</summary>
internal sealed class ManualTime : TimeProvider
{
    private readonly List<ManualTimer> _timers = [];
    private TimeSpan _now = TimeSpan.FromHours(1);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>How early timers fire: real ones round their time down to whole milliseconds.</summary>
    public TimeSpan Early { get; set; }

    public override long GetTimestamp() => _now.Ticks;

    public void Advance(TimeSpan by)
    {
        _now += by;
        foreach (ManualTimer timer in _timers.ToArray())
            timer.FireIfDue(_now + Early);
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, callback, state);
        timer.Change(dueTime, period);
        _timers.Add(timer);
        return timer;
    }

    /// <summary>Timers that will fire some day.</summary>
    public int Armed => _timers.Count(timer => timer.IsArmed);

    private sealed class ManualTimer(ManualTime time, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan? _due;

        public bool IsArmed => _due is not null;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            Assert.Equal(Timeout.InfiniteTimeSpan, period);
            Assert.True(dueTime == Timeout.InfiniteTimeSpan || dueTime >= TimeSpan.Zero, $"a timer for {dueTime}");
            _due = dueTime == Timeout.InfiniteTimeSpan ? null : time._now + dueTime;
            return true;
        }

        public void FireIfDue(TimeSpan now)
        {
            if (_due is null || _due > now)
                return;
            _due = null;
            callback(state);
        }

        public void Dispose() => _due = null;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
