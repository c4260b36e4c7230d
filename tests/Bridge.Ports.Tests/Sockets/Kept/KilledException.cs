namespace Bridge.Ports.Tests.Sockets.Kept;

/// <summary>The process ends here.</summary>
internal sealed class KilledException : Exception;
