namespace Bridge.Ports.Sockets.Control;

/// <summary>What connecting to a socket would find.</summary>
internal enum ListedState
{
    /// <summary>An application may connect, and nothing waits for it.</summary>
    Free,

    /// <summary>As many applications as it takes have it.</summary>
    Taken,

    /// <summary>A conversation without an application waits: whoever connects next gets it and its messages.</summary>
    Waiting,

    /// <summary>The socket could not be made; that is tried again every second.</summary>
    Unavailable,
}
