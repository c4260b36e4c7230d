namespace Bridge.Ports.Sockets.Kept;

/// <summary>What is about to happen, and how a successor learns whether it has happened.</summary>
internal enum StepKind : uint
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>
    /// A batch of packets is received, and then published one after the other. So many are done as the transmit ring has moved; what has passed and is not done lies in the scratch buffer, and nowhere else.
    /// </summary>
    Send,

    /// <summary>A message that is in nobody's memory but this process' is published. Done if the transmit ring has moved, else lost with the process.</summary>
    SendBytes,

    /// <summary>A received message is given to a socket, and its buffer back. The first is done if the packet has passed, the second if the receive ring has moved.</summary>
    Deliver,

    /// <summary>A batch of messages that waited is given to a socket. Those are done whose packets have passed.</summary>
    Flush,

    /// <summary>A received message is where it belongs; its buffer is given back. Done as soon as this is recorded, but for the buffer, which the receive ring tells.</summary>
    Taken,

    /// <summary>A conversation's record changes. Done as soon as this is recorded.</summary>
    Change,

    /// <summary>A message of the bus itself is published. Done if the transmit ring has moved.</summary>
    Control,
}
