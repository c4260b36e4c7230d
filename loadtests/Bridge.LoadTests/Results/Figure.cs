namespace Bridge.LoadTests.Results;

/// <summary>What a number says.</summary>
/// <param name="What"><c>p50</c> and <c>p99</c> (idle round trip, microseconds), <c>open-p50</c> and <c>open-p99</c> (the same at half the highest rate), <c>rate</c> (messages per second one way), <c>echo-rate</c>, and others that say their unit.</param>
/// <param name="Rig">Of what.</param>
/// <param name="Length">Bytes of a message.</param>
/// <param name="Channels">How many at once.</param>
internal sealed record Figure(string What, Measuring.RigName Rig, int Length, int Channels = 1);
