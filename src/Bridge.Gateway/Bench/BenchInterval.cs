namespace Bridge.Gateway.Bench;

/// <summary>What happened in one piece of a run's time, for charts.</summary>
/// <param name="Second">Its end, seconds after the first measured message.</param>
/// <param name="SentRate">Messages per second.</param>
/// <param name="Rate">Echoes per second.</param>
/// <param name="P50">Microseconds; null: no echo came.</param>
/// <param name="P99">Microseconds.</param>
/// <param name="Max">Microseconds.</param>
/// <param name="Lost">Messages whose time was up.</param>
internal sealed record BenchInterval(double Second, double SentRate, double Rate, double? P50, double? P99, double? Max, long Lost);
