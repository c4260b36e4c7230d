using Bridge.Linux;
using Bridge.Ports.Polling;
using Bridge.Ports.Sockets.Kept;
using Bridge.Rpmsg;

namespace Bridge.Ports.Sockets;

/// <summary>
/// One name below the device's directory that an application can connect to. While all its places are taken its socket is gone, unless it may be taken over, so
/// that <c>connect()</c> fails at once instead of waiting in a queue.
/// </summary>
internal sealed class SocketEntry(LocalSockets owner, EntryKind kind, string name, string file, EntryTerms terms) : PollTarget
{
    private readonly List<Conversation> _conversations = new(1);

    public EntryKind Kind { get; } = kind;

    /// <summary>The service's name as announced or configured.</summary>
    public string Name { get; } = name;

    /// <summary>The file's name.</summary>
    public string File { get; } = file;

    /// <summary>How it deals with applications; who changes it refreshes the entry.</summary>
    public EntryTerms Terms { get; set; } = terms;

    /// <summary>Directory and file, for logs and status.</summary>
    public string Path { get; } = owner.PathOf(kind, file);

    /// <summary>The announced address that a new conversation is bound to; ANY for a service.</summary>
    public uint Remote { get; set; } = RpmsgAddress.Any;

    /// <summary>A fixed address for our end; null: the next dynamic one. Services have theirs already.</summary>
    public uint? LocalAddress { get; init; }

    /// <summary>Only a service has one before it is opened.</summary>
    public LocalEndpoint? Service { get; init; }

    /// <summary>It was made on request, and can be destroyed so.</summary>
    public bool IsCreated { get; init; }

    /// <summary>Its slot; negative: nothing is kept of it, or nothing need be: the other side's announcements are.</summary>
    public int Slot { get; set; } = -1;

    /// <summary>Which was made first.</summary>
    public ulong Order { get; set; }

    /// <summary>The address of a service was chosen by whoever made it, and not by the bus.</summary>
    public bool HasFixedAddress { get; init; }

    public SeqPacketListener? Listener { get; set; }

    /// <summary>All that were begun here and are not over, with or without an application.</summary>
    public List<Conversation> Conversations => _conversations;

    /// <summary>Why it cannot be connected to although it should; null if it can.</summary>
    public LinuxException? Failure { get; set; }

    /// <summary>It has been withdrawn: nothing appears again when the last application leaves.</summary>
    public bool IsRemoved { get; set; }

    /// <summary>The access rules deny it both ways: it has no socket.</summary>
    public bool IsRefused { get; set; }

    /// <summary>A further application gets a place: one that it is awaited in, or a new one.</summary>
    public bool HasRoom
    {
        get
        {
            foreach (Conversation conversation in _conversations)
            {
                // An addressed connection has the whole entry.
                if (conversation.Connection is { IsAddressed: true })
                {
                    return false;
                }
            }

            return _conversations.Count < Terms.Peers || _conversations.Exists(static c => c.IsAwaiting);
        }
    }

    /// <summary>Applications can connect now.</summary>
    public bool Admits => !IsRemoved && !IsRefused && (HasRoom || Terms.Takeover);

    /// <summary>As it is recorded.</summary>
    public EntryRecord ToRecord() => new()
    {
        Kind = RecordKind.Entry,
        EntryKind = Kind,
        Order = Order,
        Grace = Terms.Grace.Ticks,
        Local = Service?.Address ?? LocalAddress ?? RpmsgAddress.Any,
        Remote = Remote,
        HasFixedAddress = HasFixedAddress ? 1u : 0u,
        IsCreated = IsCreated ? 1u : 0u,
        Peers = Terms.Peers,
        Terms = (Terms.Takeover ? 1u : 0u) | (Terms.Permanent ? 2u : 0u),
        Name = KeptName.From(Name),
    };

    public override FileDescriptor Descriptor => Listener!.Descriptor;

    public override void OnReady(PollEvents events) => owner.Accept(this);
}
