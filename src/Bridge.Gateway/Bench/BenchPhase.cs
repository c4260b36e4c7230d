namespace Bridge.Gateway.Bench;

/// <summary>A phase as it was played.</summary>
/// <param name="Text">What it does.</param>
/// <param name="Second">When it began, seconds after the first measured message.</param>
internal sealed record BenchPhase(string Text, double Second);
