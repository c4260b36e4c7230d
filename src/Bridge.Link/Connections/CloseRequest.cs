namespace Bridge.Link.Connections;

/// <summary>Why this side wants to end a connection.</summary>
internal sealed record CloseRequest(CloseReason Reason, string Text);
