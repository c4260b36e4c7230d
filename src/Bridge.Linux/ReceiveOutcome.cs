namespace Bridge.Linux;

/// <summary>What <see cref="SeqPacketSocket.Receive(Span{byte}, out int)"/> found.</summary>
public enum ReceiveOutcome
{
    /// <summary>A packet, possibly of no bytes.</summary>
    Packet,

    /// <summary>Nothing now.</summary>
    WouldBlock,

    /// <summary>
    /// The other end closed without having received everything that was sent to it. Said once; packets that it had sent before can
    /// still be received: receive again.
    /// </summary>
    Reset,

    /// <summary>Everything has been received and the other end will send no more.</summary>
    End,
}
