namespace Bridge.Ports.Sockets.Control;

/// <summary>Ends a socket's conversations at once, whatever its grace time: the application is done for good.</summary>
/// <param name="Own">
/// Only those of the process that asks. The ones that it is connected to go on until it disconnects, so that what it has sent still reaches the peer, and are then not
/// kept; the ones that are kept for it end now.
/// </param>
// A constructor's parameter, because generated readers keep no other defaults.
internal sealed record CloseRequest(bool Own = false) : SocketRequest;
