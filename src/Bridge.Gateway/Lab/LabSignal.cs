namespace Bridge.Gateway.Lab;

/// <summary>How a gateway of the lab is ended.</summary>
internal enum LabSignal
{
    /// <summary>SIGKILL: at once, whatever it is at.</summary>
    Kill,

    /// <summary>SIGTERM: in order, as for an upgrade.</summary>
    Term,
}
