namespace Bridge.Link;

/// <summary>What can happen to one connection.</summary>
public enum SessionEvent
{
    /// <summary>The peer's Hello came and fits.</summary>
    HelloAccepted,

    /// <summary>Any other well-formed frame came.</summary>
    FrameReceived,

    /// <summary>The peer broke the protocol or its Hello does not fit.</summary>
    Violation,

    /// <summary>The peer's Close came.</summary>
    CloseReceived,

    /// <summary>This side wants to end the connection.</summary>
    CloseRequested,

    /// <summary>The state's time limit passed: hello, idle or closing.</summary>
    DeadlinePassed,

    /// <summary>The transport ended or broke.</summary>
    TransportEnded,
}
