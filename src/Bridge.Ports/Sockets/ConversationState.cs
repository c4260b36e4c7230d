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

    /// <summary>A service with neither application nor peer, announced nevertheless.</summary>
    Vacant,

    /// <summary>There is a peer and no application: messages wait for the next one.</summary>
    Absent,

    /// <summary>Peer and application have gone; what the peer sent before waits for the next application.</summary>
    Orphaned,

    /// <summary>Over.</summary>
    Closed,
}
