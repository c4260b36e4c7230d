namespace Bridge.Ports.Sockets;

/// <summary>Where an application's conversation with its peer stands; see <see cref="ConversationStates"/> for the arrows.</summary>
public enum ConversationState
{
    /// <summary>A service without a peer: what the application sends stays in its socket.</summary>
    Waiting,

    /// <summary>Both directions.</summary>
    Open,

    /// <summary>The application will send no more (and all it sent has been sent on), but still receives.</summary>
    HalfClosed,

    /// <summary>The application has gone; what it sent before is still being sent on.</summary>
    Finishing,

    /// <summary>The peer has gone; what it sent before is still being handed over.</summary>
    Ending,

    /// <summary>Over.</summary>
    Closed,
}
