namespace Bridge.Link;

/// <summary>The session's transitions, as one pure function.</summary>
public static class SessionTable
{
    /// <summary>The state after an event.</summary>
    /// <param name="state">Where the connection stands.</param>
    /// <param name="happened">What happened.</param>
    /// <returns>The next state, often the same.</returns>
    public static SessionState Next(SessionState state, SessionEvent happened) => (state, happened) switch
    {
        (SessionState.Closed, _) => SessionState.Closed,
        (_, SessionEvent.TransportEnded or SessionEvent.CloseReceived) => SessionState.Closed,
        (SessionState.Closing, SessionEvent.DeadlinePassed) => SessionState.Closed,
        (SessionState.Closing, _) => SessionState.Closing,
        (_, SessionEvent.CloseRequested or SessionEvent.Violation or SessionEvent.DeadlinePassed) => SessionState.Closing,
        (SessionState.Greeting, SessionEvent.HelloAccepted) => SessionState.Established,
        // A frame before the hello, or a second hello.
        (SessionState.Greeting, SessionEvent.FrameReceived) => SessionState.Closing,
        (SessionState.Established, SessionEvent.HelloAccepted) => SessionState.Closing,
        _ => state,
    };
}
