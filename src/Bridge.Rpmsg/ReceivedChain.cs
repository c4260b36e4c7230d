namespace Bridge.Rpmsg;

/// <summary>A message that the device side has taken from vq1 and not yet given back.</summary>
internal struct ReceivedChain
{
    /// <summary>True from TryReceive to Release.</summary>
    public bool IsTaken;

    /// <summary>Bytes of the message, bounded by the buffer size.</summary>
    public int Length;

    /// <summary>What the used element reports: the bytes of the chain's descriptors.</summary>
    public uint UsedLength;

    /// <summary>Where the message lies in the window, if it lies in one piece.</summary>
    public ulong Address;

    /// <summary>Else the pieces put together; goes back to the spare ones with the message.</summary>
    public byte[]? Gathered;
}
