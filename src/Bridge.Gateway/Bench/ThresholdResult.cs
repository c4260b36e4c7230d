namespace Bridge.Gateway.Bench;

/// <summary>A threshold and what the run did.</summary>
/// <param name="Text">The condition as the user wrote it.</param>
/// <param name="Value">Microseconds for latencies, else a number.</param>
/// <param name="Met">Whether it holds.</param>
internal sealed record ThresholdResult(string Text, double Value, bool Met);
