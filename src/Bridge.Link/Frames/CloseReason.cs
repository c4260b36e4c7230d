namespace Bridge.Link;

/// <summary>
/// Why a connection ended. The numbers are frozen (PROTOCOL.md, "Close reasons"); wire code, log text and the metric's error.type all come from here.
/// </summary>
public enum CloseReason : ushort
{
    /// <summary>Not closed.</summary>
    None = 0,

    /// <summary>The gateway stops.</summary>
    Shutdown = 1,

    /// <summary>A newer authenticated connection of the same peer took over.</summary>
    Replaced = 2,

    /// <summary>The two version ranges have nothing in common.</summary>
    VersionMismatch = 3,

    /// <summary>The peer's key or name belongs to no configured link.</summary>
    UnknownPeer = 4,

    /// <summary>A frame's length, flags or payload layout is wrong.</summary>
    BadFrame = 5,

    /// <summary>A frame's CRC32C does not match.</summary>
    BadChecksum = 6,

    /// <summary>A lane's sequence number is not the next one.</summary>
    SequenceGap = 7,

    /// <summary>A frame that is not allowed in this state or on this lane.</summary>
    UnexpectedFrame = 8,

    /// <summary>Nothing was received for the idle limit.</summary>
    KeepAliveTimeout = 9,

    /// <summary>The hello was not answered in time.</summary>
    HelloTimeout = 10,

    /// <summary>A well-formed frame says what cannot be.</summary>
    ProtocolViolation = 11,

    /// <summary>The peer sent more than it was granted.</summary>
    FlowViolation = 12,

    /// <summary>The transport broke, or ended without a Close frame.</summary>
    TransportFailed = 13,

    /// <summary>Both gateways dialled at once; the other connection is kept.</summary>
    SimultaneousOpen = 14,

    /// <summary>A defect of this program; the log has the exception.</summary>
    InternalError = 15,

    /// <summary>The TLS handshake failed: plain text, garbage, no certificate, wrong TLS version.</summary>
    AuthenticationFailed = 16,

    /// <summary>The peer asked for something that this version or configuration does not do.</summary>
    NotSupported = 17,

    /// <summary>The TLS handshake took too long.</summary>
    HandshakeTimeout = 18,

    /// <summary>Too many handshakes were pending; this one was not begun.</summary>
    TooManyHandshakes = 19,
}
