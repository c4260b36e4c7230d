using Bridge.Ports.Sockets.Access;
using Bridge.Ports.Sockets.Kept;
using Bridge.Rpmsg;

namespace Bridge.Ports.Sockets;

/// <summary>
/// An endpoint of ours and its peer: where both directions stand and what waits for the application. The application's connection comes and goes; address, peer
/// and messages can outlast it.
/// </summary>
internal sealed class Conversation(SocketEntry entry, LocalEndpoint local, ConversationState state, KeptSockets kept, int slot, ulong order)
{
    // Where nothing is kept, and what is left when it is over.
    private FlowRecord _own;
    private MessagePlaces? _places;

    public SocketEntry Entry { get; } = entry;

    public LocalEndpoint Local { get; } = local;

    public ConversationState State { get; set; } = state;

    /// <summary>The application's; null while none is there.</summary>
    public ApplicationConnection? Connection { get; set; }

    /// <summary>The process that has it, or had it last; 0: none, or not known.</summary>
    public int Process { get; set; }

    /// <summary>The peer's address; ANY while there is none.</summary>
    public uint Remote { get; set; } = RpmsgAddress.Any;

    /// <summary>Its slot; negative: nothing is kept of it.</summary>
    public int Slot { get; private set; } = slot;

    /// <summary>Which was begun first.</summary>
    public ulong Order { get; } = order;

    /// <summary>Something has changed that is not recorded yet.</summary>
    public bool IsChanged { get; set; }

    /// <summary>Where both directions stand. Changed by <see cref="Steps"/> only.</summary>
    public ref FlowRecord Flow
    {
        get
        {
            if (Slot >= 0)
            {
                return ref kept.Flow(Slot);
            }

            return ref _own;
        }
    }

    /// <summary>Towards the peer.</summary>
    public SendWindow Sending => Flow.Sending;

    /// <summary>From the peer.</summary>
    public ReceiveWindow Receiving => Flow.Receiving;

    /// <summary>What the rules say of messages for the application.</summary>
    public AccessRight In { get; set; } = AccessRight.Open;

    /// <summary>What the rules say of the application's messages.</summary>
    public AccessRight Out { get; set; } = AccessRight.Open;

    /// <summary>What waits for the application waits for its rule's rate.</summary>
    public bool IsThrottled { get; set; }

    /// <summary>Messages that wait for the application.</summary>
    public int QueuedMessages => Flow.Queue.Count;

    /// <summary>Their places.</summary>
    public MessagePlaces Places => _places ??= kept.Places(Slot);

    /// <summary>When it stops waiting for another application, as a timestamp; null: never, or one is there.</summary>
    public long? Deadline { get; set; }

    /// <summary>It stands in the list of those that must be looked at.</summary>
    public bool IsTouched { get; set; }

    /// <summary>The whole receive queue waits for this application.</summary>
    public bool HoldsDevice { get; set; }

    /// <summary>Messages of the application that were sent on.</summary>
    public long Sent => Flow.Sent;

    /// <summary>Messages handed over to the application.</summary>
    public long Received => Flow.Received;

    /// <summary>It has a peer that has not gone.</summary>
    public bool HasPeer => State is ConversationState.Open or ConversationState.HalfClosed or ConversationState.Finishing or ConversationState.Absent;

    /// <summary>What the application sends is wanted.</summary>
    public bool Reads => State is ConversationState.Open or ConversationState.Finishing;

    /// <summary>What comes for the application can be handed over.</summary>
    public bool Writes => State is ConversationState.Open or ConversationState.HalfClosed or ConversationState.Ending;

    /// <summary>What comes is kept for another application.</summary>
    public bool IsAwaiting => State is ConversationState.Vacant or ConversationState.Absent or ConversationState.Orphaned;

    /// <summary>As it is recorded.</summary>
    public void Write(ref ConversationRecord record) => record = new ConversationRecord
    {
        Kind = RecordKind.Conversation,
        State = State,
        Order = Order,
        Descriptor = Connection?.StoredAs ?? 0,
        Deadline = Deadline ?? 0,
        Local = Local.Address,
        Remote = Remote,
        Process = Process,
        EntryKind = Entry.Kind,
        EntryRemote = Entry.Kind == EntryKind.Endpoint ? Entry.Remote : 0,
        IsRemoved = Entry.IsRemoved ? 1u : 0u,
        Name = KeptName.From(Entry.Name),
    };

    /// <summary>It is over: its slot is another's from now on.</summary>
    public void Detach()
    {
        _own = Flow;
        _own.Queue.Clear();
        Slot = -1;
        _places?.Dispose();
        _places = null;
    }
}
