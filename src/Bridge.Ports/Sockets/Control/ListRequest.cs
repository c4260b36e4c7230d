namespace Bridge.Ports.Sockets.Control;

/// <summary>Asks for the sockets below the device's directory, in the order of <see cref="EntryPath.Compare"/>.</summary>
internal sealed record ListRequest : ControlRequest
{
    /// <summary>The last socket of the reply before, which need not exist any more; null: from the beginning.</summary>
    public string? After { get; init; }

    /// <summary>The same, read; null: from the beginning.</summary>
    public EntryPath? ReadAfter() => After is null ? null : ControlRules.Read(After);

    internal override string? FindFault() => After is null ? null : ControlRules.FindSocketFault("after", After);
}
