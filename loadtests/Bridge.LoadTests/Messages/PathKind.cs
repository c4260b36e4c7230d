namespace Bridge.LoadTests.Messages;

/// <summary>How an application is connected.</summary>
internal enum PathKind
{
    /// <summary>A SEQPACKET socket by its path.</summary>
    SeqPacket,

    /// <summary>A stream socket by its path, at once for messages.</summary>
    Stream,

    /// <summary>A gateway's stream socket: PATH:WHAT, where WHAT is sent first.</summary>
    Opened,
}
