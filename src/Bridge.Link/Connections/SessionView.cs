namespace Bridge.Link.Connections;

/// <summary>What a connection's session knew at one moment.</summary>
internal sealed record SessionView(
    SessionState State,
    ushort Version,
    Hello? Peer,
    TimeSpan? RoundTrip,
    CloseReason Reason,
    string ReasonText,
    bool ClosedByPeer,
    IReadOnlyList<string> Refusals,
    IReadOnlyList<string> Lanes);
