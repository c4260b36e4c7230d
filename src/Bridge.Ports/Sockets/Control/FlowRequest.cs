namespace Bridge.Ports.Sockets.Control;

/// <summary>Asks for the conversations of a socket and their flow.</summary>
internal sealed record FlowRequest : SocketRequest;
