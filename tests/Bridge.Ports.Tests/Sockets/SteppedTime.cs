namespace Bridge.Ports.Tests.Sockets;

/// <summary>A clock that stands until the test moves it; any thread may read it.</summary>
internal sealed class SteppedTime : TimeProvider
{
    private long _now = TimeSpan.TicksPerHour;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Interlocked.Read(ref _now);

    public void Advance(TimeSpan by) => Interlocked.Add(ref _now, by.Ticks);
}
