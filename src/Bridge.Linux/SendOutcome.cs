namespace Bridge.Linux;

/// <summary>What <see cref="SeqPacketSocket.Send"/> did.</summary>
public enum SendOutcome
{
    /// <summary>The packet lies in the other end's socket.</summary>
    Sent,

    /// <summary>No room now: wait for <see cref="PollEvents.Out"/>.</summary>
    WouldBlock,

    /// <summary>The other end has closed or receives no more.</summary>
    Closed,
}
