namespace Bridge.Linux;

/// <summary>What <see cref="SeqPacketSocket.Send(ReadOnlySpan{byte})"/> or <see cref="StreamSocket.Send"/> did.</summary>
public enum SendOutcome
{
    /// <summary>The packet, or at least the first bytes of a stream, lie in the other end's socket or are on their way there.</summary>
    Sent,

    /// <summary>No room now: wait for <see cref="PollEvents.Out"/>.</summary>
    WouldBlock,

    /// <summary>The other end has closed or receives no more.</summary>
    Closed,
}
