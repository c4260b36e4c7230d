namespace Bridge.Gateway.Bench;

/// <summary>A run cannot go on; what it has counted so far stays.</summary>
internal sealed class BenchEndException(string message) : Exception(message);
