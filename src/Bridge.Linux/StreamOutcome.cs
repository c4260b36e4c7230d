namespace Bridge.Linux;

/// <summary>What <see cref="StreamSocket.Receive"/> found.</summary>
public enum StreamOutcome
{
    /// <summary>At least one byte.</summary>
    Received,

    /// <summary>Nothing now.</summary>
    WouldBlock,

    /// <summary>
    /// Broken off: the other end closed without having received everything that was sent to it, or (TCP) reset the connection or is no longer
    /// reached. Nothing more will come; bytes on the way may be lost.
    /// </summary>
    Reset,

    /// <summary>Everything has been received and the other end will send no more.</summary>
    End,
}
