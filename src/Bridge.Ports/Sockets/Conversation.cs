using Bridge.Linux;
using Bridge.Rpmsg;

namespace Bridge.Ports.Sockets;

/// <summary>One application's connection: its socket, the endpoint that it talks through, and where both directions stand.</summary>
internal sealed class Conversation(LocalSockets owner, SocketEntry entry, LocalEndpoint local, SeqPacketSocket socket) : PollTarget
{
    public SocketEntry Entry { get; } = entry;

    public LocalEndpoint Local { get; } = local;

    public SeqPacketSocket Socket { get; } = socket;

    public ConversationState State { get; set; }

    /// <summary>The peer's address; ANY while waiting for one.</summary>
    public uint Remote { get; set; } = RpmsgAddress.Any;

    /// <summary>Towards the peer. Mutable structs: fields.</summary>
    public SendWindow Sending;

    /// <summary>From the peer.</summary>
    public ReceiveWindow Receiving;

    /// <summary>What waits for the application; null until something had to.</summary>
    public MessageQueue? Queue { get; set; }

    /// <summary>Messages that wait for the application.</summary>
    public int QueuedMessages => Queue?.Count ?? 0;

    /// <summary>The socket may hold something: it has not said the contrary since it was last reported ready.</summary>
    public bool MaybeReadable { get; set; }

    /// <summary>It stands in the round of those that send.</summary>
    public bool InRound { get; set; }

    /// <summary>It stands in the list of those that must be looked at.</summary>
    public bool IsTouched { get; set; }

    /// <summary>The whole receive queue waits for this application.</summary>
    public bool HoldsDevice { get; set; }

    /// <summary>Messages of the application that were sent on.</summary>
    public long Sent { get; set; }

    /// <summary>Messages handed over to the application.</summary>
    public long Received { get; set; }

    public override FileDescriptor Descriptor => Socket.Descriptor;

    /// <summary>It has a peer that has not gone.</summary>
    public bool HasPeer => State is ConversationState.Open or ConversationState.HalfClosed or ConversationState.Finishing;

    /// <summary>What the application sends is wanted.</summary>
    public bool Reads => State is ConversationState.Open or ConversationState.Finishing;

    /// <summary>What comes for the application can be handed over.</summary>
    public bool Writes => State is ConversationState.Open or ConversationState.HalfClosed or ConversationState.Ending;

    /// <summary>Something of the application could be sent on now, if there is a buffer.</summary>
    public bool MaySend => Reads && MaybeReadable && Sending.Available > 0;

    /// <summary>
    /// What to be woken for; null: nothing. While sending is blocked by credit or buffers not even a hang-up is wanted: it would be reported again and
    /// again, and what lies in the socket goes first anyway.
    /// </summary>
    public PollEvents? Interest
    {
        get
        {
            PollEvents events = (Reads && !MaybeReadable ? PollEvents.In : 0) | (Writes && QueuedMessages > 0 ? PollEvents.Out : 0);
            return events != 0 ? events
                : State is ConversationState.Waiting or ConversationState.HalfClosed ? PollEvents.None
                : null;
        }
    }

    public override void OnReady(PollEvents events) => owner.OnReady(this, events);
}
