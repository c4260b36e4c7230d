namespace Bridge.Ports.Sockets;

/// <summary>Whether an entry can be connected to.</summary>
public enum EntryState
{
    /// <summary>An application may connect.</summary>
    Free,

    /// <summary>An application has it; see the conversation's state.</summary>
    Taken,

    /// <summary>No application has it, but messages wait for the next one.</summary>
    Waiting,

    /// <summary>Its socket could not be made; tried again every second.</summary>
    Unavailable,

    /// <summary>The access rules deny it both ways: there is no socket.</summary>
    Refused,
}
