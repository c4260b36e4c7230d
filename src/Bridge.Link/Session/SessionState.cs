namespace Bridge.Link;

/// <summary>Where one connection stands.</summary>
/// <remarks>
/// <code>
///  Greeting --HelloAccepted--> Established
///  Greeting, Established --CloseRequested, Violation, DeadlinePassed--> Closing
///  Greeting, Established, Closing --CloseReceived, TransportEnded--> Closed
///  Closing --DeadlinePassed--> Closed
/// </code>
/// </remarks>
public enum SessionState
{
    /// <summary>The hellos are not exchanged yet.</summary>
    Greeting,

    /// <summary>Both hellos are there: lanes and connection number are agreed.</summary>
    Established,

    /// <summary>This side has written its Close; what still arrives is discarded.</summary>
    Closing,

    /// <summary>Over.</summary>
    Closed,
}
