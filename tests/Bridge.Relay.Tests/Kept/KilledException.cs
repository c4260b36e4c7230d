namespace Bridge.Relay.Tests.Kept;

/// <summary>The process was killed between two stores. Nothing may catch it but the simulation.</summary>
internal sealed class KilledException : Exception;
