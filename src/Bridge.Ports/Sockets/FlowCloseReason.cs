namespace Bridge.Ports.Sockets;

/// <summary>The value of a flow service Close. The numbers travel: they are frozen. A receiver treats unknown ones as <see cref="Finished"/>.</summary>
public enum FlowCloseReason : uint
{
    /// <summary>The application has closed.</summary>
    Finished = 0,

    /// <summary>The service has another peer.</summary>
    Busy = 1,

    /// <summary>No application offers the service now.</summary>
    NoApplication = 2,

    /// <summary>The application sent a message that was too long.</summary>
    TooLong = 3,

    /// <summary>More messages came than the window allows.</summary>
    Violation = 4,
}
