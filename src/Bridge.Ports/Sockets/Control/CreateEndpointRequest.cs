namespace Bridge.Ports.Sockets.Control;

/// <summary>Makes an endpoint to an address that nobody announced, as RPMSG_CREATE_EPT_IOCTL of Linux does.</summary>
internal sealed record CreateEndpointRequest : ControlRequest
{
    /// <summary>What it is called here; it does not travel.</summary>
    public required string Endpoint { get; init; }

    /// <summary>Our rpmsg address; null: the next dynamic one.</summary>
    public uint? Local { get; init; }

    /// <summary>The other side's rpmsg address.</summary>
    public required uint Remote { get; init; }

    internal override string? FindFault() =>
        ControlRules.FindNameFault("endpoint", Endpoint)
        ?? (Local is { } local ? ControlRules.FindOwnAddressFault("local", local) : null)
        ?? ControlRules.FindAddressFault("remote", Remote);
}
