namespace Bridge.Ports.Sockets.Control;

/// <summary>Ends a socket's conversations at once, whatever its grace time: the application is done for good.</summary>
internal sealed record CloseRequest : SocketRequest;
