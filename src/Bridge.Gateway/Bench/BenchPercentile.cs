namespace Bridge.Gateway.Bench;

/// <summary>A latency that so many percent of all do not exceed.</summary>
/// <param name="Percent">0..100.</param>
/// <param name="Microseconds">The latency.</param>
internal sealed record BenchPercentile(double Percent, double Microseconds)
{
    /// <summary>Those in reports.</summary>
    public static IReadOnlyList<double> Shown { get; } = [0, 10, 25, 50, 75, 90, 95, 99, 99.5, 99.9, 99.99, 100];
}
