using Bridge.Gateway.Reports;

namespace Bridge.Gateway.Applications;

/// <summary>Collects round-trip times; 8 bytes each. Not thread-safe.</summary>
internal sealed class RoundTrips
{
    private readonly List<TimeSpan> _times = [];

    /// <summary>How many there are.</summary>
    public int Count => _times.Count;

    /// <summary>Adds one.</summary>
    public void Add(TimeSpan roundTrip) => _times.Add(roundTrip);

    /// <summary>The smallest time that at least <paramref name="percent"/> of all do not exceed (nearest rank). Needs at least one.</summary>
    public TimeSpan Percentile(double percent)
    {
        TimeSpan[] sorted = [.. _times.Order()];
        return sorted[Math.Max(0, (int)Math.Ceiling(percent / 100 * sorted.Length) - 1)];
    }

    /// <summary>The figures, or null when there is none.</summary>
    public RoundTripReport? ToReport() => _times.Count == 0 ? null : new RoundTripReport
    {
        Min = Microseconds(_times.Min()),
        Avg = Microseconds(TimeSpan.FromTicks((long)_times.Average(time => time.Ticks))),
        Max = Microseconds(_times.Max()),
        P50 = Microseconds(Percentile(50)),
        P99 = Microseconds(Percentile(99)),
    };

    private static double Microseconds(TimeSpan time) => Math.Round(time.TotalMicroseconds, 1);
}
