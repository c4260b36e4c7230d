namespace Bridge.Ports.Sockets.Control;

/// <summary>One request on <c>control</c>, as <c>control.schema.json</c> describes it: data only, and already checked as far as that goes without the device's state.</summary>
internal abstract record ControlRequest
{
    /// <summary>Most bytes of a request's packet.</summary>
    public const int MaximumLength = 4 * 1024;

    /// <summary>What is asked for: the word that decides which members there are.</summary>
    public required string Request { get; init; }

    /// <summary>Checks what types cannot; null if nothing is wrong.</summary>
    /// <returns>What is wrong and what would be right, as a sentence.</returns>
    internal virtual string? FindFault() => null;
}
