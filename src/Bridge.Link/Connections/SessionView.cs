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
    IReadOnlyList<string> Lanes)
{
    /// <summary>Why the connection is not up, for the side whose key is this one.</summary>
    /// <remarks>TLS 1.3 tells a side late, or not at all, that the other one refused its certificate: all it sees is that the connection ends before the hello.</remarks>
    public string Explain(string ownFingerprint) => Reason == CloseReason.TransportFailed && Peer is null
        ? $"the connection ended before the peer's hello ({ReasonText.TrimEnd('.')}). The peer may not trust this gateway's key, {ownFingerprint}."
        : ReasonText;
}
