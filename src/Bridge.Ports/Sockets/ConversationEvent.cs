namespace Bridge.Ports.Sockets;

/// <summary>What can happen to a conversation.</summary>
internal enum ConversationEvent
{
    /// <summary>A service found its peer.</summary>
    Bound,

    /// <summary>All that the application sent has been received, and it will send no more.</summary>
    InputEnded,

    /// <summary>The application's socket hung up in both directions; something may still lie in it.</summary>
    HungUp,

    /// <summary>A send to the application failed: it receives no more.</summary>
    SendFailed,

    /// <summary>The application has gone, and another one is awaited in its place.</summary>
    Left,

    /// <summary>An application has come, or taken the place of another.</summary>
    Attached,

    /// <summary>Nobody came in time.</summary>
    Expired,

    /// <summary>The other side closed, withdrew the service, or the device was reset.</summary>
    PeerGone,

    /// <summary>Everything that waited for the application has been handed over.</summary>
    HandedOver,

    /// <summary>A rule was broken, or somebody asked for it: it ends now.</summary>
    Aborted,
}
