namespace Bridge.Ports.Sockets;

/// <summary>What happens to a message for a reader whose quota is full, when its sender cannot be stopped (no flow service negotiated; DESIGN 7).</summary>
public enum OverQuotaPolicy
{
    /// <summary>The receive queue of the whole device waits for this reader; the status names it. Nothing is lost.</summary>
    Hold,

    /// <summary>The message is dropped, counted and logged; others go on.</summary>
    Drop,
}
