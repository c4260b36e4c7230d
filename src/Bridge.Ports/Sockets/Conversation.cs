using Bridge.Rpmsg;

namespace Bridge.Ports.Sockets;

/// <summary>
/// An endpoint of ours and its peer: where both directions stand and what waits for the application. The application's connection comes and goes; address, peer
/// and messages can outlast it.
/// </summary>
internal sealed class Conversation(SocketEntry entry, LocalEndpoint local, ConversationState state)
{
    public SocketEntry Entry { get; } = entry;

    public LocalEndpoint Local { get; } = local;

    public ConversationState State { get; set; } = state;

    /// <summary>The application's; null while none is there.</summary>
    public ApplicationConnection? Connection { get; set; }

    /// <summary>The process that has it, or had it last; 0: none, or not known.</summary>
    public int Process { get; set; }

    /// <summary>The peer's address; ANY while there is none.</summary>
    public uint Remote { get; set; } = RpmsgAddress.Any;

    /// <summary>Towards the peer. Mutable structs: fields.</summary>
    public SendWindow Sending;

    /// <summary>From the peer.</summary>
    public ReceiveWindow Receiving;

    /// <summary>What waits for the application; null until something had to.</summary>
    public MessageQueue? Queue { get; set; }

    /// <summary>Messages that wait for the application.</summary>
    public int QueuedMessages => Queue?.Count ?? 0;

    /// <summary>When it stops waiting for another application, as a timestamp; null: never, or one is there.</summary>
    public long? Deadline { get; set; }

    /// <summary>It stands in the list of those that must be looked at.</summary>
    public bool IsTouched { get; set; }

    /// <summary>The whole receive queue waits for this application.</summary>
    public bool HoldsDevice { get; set; }

    /// <summary>Messages of the application that were sent on.</summary>
    public long Sent { get; set; }

    /// <summary>Messages handed over to the application.</summary>
    public long Received { get; set; }

    /// <summary>It has a peer that has not gone.</summary>
    public bool HasPeer => State is ConversationState.Open or ConversationState.HalfClosed or ConversationState.Finishing or ConversationState.Absent;

    /// <summary>What the application sends is wanted.</summary>
    public bool Reads => State is ConversationState.Open or ConversationState.Finishing;

    /// <summary>What comes for the application can be handed over.</summary>
    public bool Writes => State is ConversationState.Open or ConversationState.HalfClosed or ConversationState.Ending;

    /// <summary>What comes is kept for another application.</summary>
    public bool IsAwaiting => State is ConversationState.Vacant or ConversationState.Absent or ConversationState.Orphaned;
}
