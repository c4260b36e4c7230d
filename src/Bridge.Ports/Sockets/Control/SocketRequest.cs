namespace Bridge.Ports.Sockets.Control;

/// <summary>A request that is about one socket.</summary>
internal abstract record SocketRequest : ControlRequest
{
    /// <summary>Its path below the device's directory, <c>channels/echo</c>.</summary>
    public required string Socket { get; init; }

    /// <summary>The same, read.</summary>
    public EntryPath ReadPath() => ControlRules.Read(Socket);

    internal override string? FindFault() => ControlRules.FindSocketFault("socket", Socket);
}
