namespace Bridge.Link;

/// <summary>What a link is doing.</summary>
public enum LinkState
{
    /// <summary>Not started, or stopped.</summary>
    Stopped,

    /// <summary>No connection; waits for the peer to dial, or for the back-off.</summary>
    Waiting,

    /// <summary>No connection; dials.</summary>
    Dialling,

    /// <summary>The peer's hello was answered.</summary>
    Connected,
}
