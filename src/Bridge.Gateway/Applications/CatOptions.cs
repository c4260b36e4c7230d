namespace Bridge.Gateway.Applications;

/// <summary>How <c>cat</c> copies.</summary>
internal sealed record CatOptions
{
    /// <summary>Bytes of the longest message of the device.</summary>
    public int MaximumMessage { get; init; } = ApplicationSocket.MaximumMessage;

    /// <summary>Standard input is cut into messages of so many bytes, at most <see cref="MaximumMessage"/>, and received messages are written as they are; null: at newlines.</summary>
    public int? Chunk { get; init; }

    /// <summary>Newlines stay in the messages that are sent, and none is added to those received.</summary>
    public bool Raw { get; init; }

    /// <summary>Received messages are written out.</summary>
    public bool Receives { get; init; } = true;

    /// <summary>All of the input has to be sent: it is a file or a program's output and not a person, who may be left in the middle.</summary>
    public bool NeedsWholeInput { get; init; }

    /// <summary>After the end of the input: how long nothing may come until that is the end; <see cref="Timeout.InfiniteTimeSpan"/>: the peer closes.</summary>
    public TimeSpan Linger { get; init; } = TimeSpan.FromSeconds(1);
}
