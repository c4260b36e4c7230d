namespace Bridge.Ports.Sockets.Kept;

/// <summary>What is about to happen, and how a successor learns whether it has happened.</summary>
internal enum StepKind : uint
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>A packet is received and published. Done if the transmit ring has moved; begun if the packet has passed: then it lies in the scratch buffer, and nowhere else.</summary>
    Send,

    /// <summary>A message that is in nobody's memory but this process' is published. Done if the transmit ring has moved, else lost with the process.</summary>
    SendBytes,

    /// <summary>A received message is given to a socket, and its buffer back. The first is done if the packet has passed, the second if the receive ring has moved.</summary>
    Deliver,

    /// <summary>A message that waited is given to a socket. Done if the packet has passed.</summary>
    Flush,

    /// <summary>A received message is where it belongs; its buffer is given back. Done as soon as this is recorded, but for the buffer, which the receive ring tells.</summary>
    Taken,

    /// <summary>A conversation's record changes. Done as soon as this is recorded.</summary>
    Change,

    /// <summary>A message of the bus itself is published. Done if the transmit ring has moved.</summary>
    Control,
}
