namespace Bridge.Ports.Sockets.Control;

/// <summary>Removes what <c>create</c> made; its users find the end of file.</summary>
internal sealed record DestroyRequest : SocketRequest;
