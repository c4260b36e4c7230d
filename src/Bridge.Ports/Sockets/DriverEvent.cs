namespace Bridge.Ports.Sockets;

/// <summary>What can happen while a driver initialises its device.</summary>
internal enum DriverEvent
{
    /// <summary>Nothing more: the state waits for an event from outside.</summary>
    None,

    /// <summary>The device is offered, or its offer changed.</summary>
    Offered,

    /// <summary>The device status reads 0.</summary>
    ResetDone,

    /// <summary>The state's own step succeeded.</summary>
    Done,

    /// <summary>The state's own step cannot succeed with what is offered.</summary>
    Refused,

    /// <summary>The device asks for a reset, or its rings are broken.</summary>
    NeedsReset,
}
