namespace Bridge.Ports.Sockets.Control;

/// <summary>Answers <see cref="DestroyRequest"/> and <see cref="CloseRequest"/>: done, and nothing to tell.</summary>
internal sealed record DoneReply() : ControlReply(Ok: true);
