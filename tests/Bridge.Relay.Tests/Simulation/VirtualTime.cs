namespace Bridge.Relay.Tests.Simulation;

/// <summary>A clock that moves only when the simulation says so. One timestamp unit is one tick of TimeSpan.</summary>
internal sealed class VirtualTime : TimeProvider
{
    public TimeSpan Now { get; private set; } = TimeSpan.FromHours(1);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Now.Ticks;

    public void Advance(TimeSpan by) => Now += by;
}
