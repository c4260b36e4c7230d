namespace Bridge.Gateway.Applications;

/// <summary>One ping: its number from 0, what became of it, and how long that took.</summary>
internal readonly record struct PingResult(uint Sequence, PingOutcome Outcome, TimeSpan RoundTrip);
