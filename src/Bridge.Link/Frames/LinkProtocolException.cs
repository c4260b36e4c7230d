namespace Bridge.Link;

/// <summary>
/// A neighbour gateway broke the protocol: the connection is closed with the reason and re-established; nothing is applied halfway.
/// </summary>
/// <param name="reason">The wire code that the peer is told.</param>
/// <param name="message">One sentence for the log and the Close frame.</param>
public sealed class LinkProtocolException(CloseReason reason, string message) : Exception(message)
{
    /// <summary>Wire code, log text and metric label of this fault.</summary>
    public CloseReason Reason { get; } = reason;
}
