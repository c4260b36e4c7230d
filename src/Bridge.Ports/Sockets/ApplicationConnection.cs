using Bridge.Linux;
using Bridge.Ports.Polling;
using Bridge.Ports.Sockets.Access;

namespace Bridge.Ports.Sockets;

/// <summary>
/// An application's connected socket with its framing, attached to a conversation; with addressed framing, to as many as the application has peers.
/// All members belong to the device's turn.
/// </summary>
internal abstract class ApplicationConnection(LocalSockets owner, SocketEntry entry) : PollTarget, IDisposable
{
    private readonly List<Conversation> _conversations = new(1);

    /// <summary>What it was opened through.</summary>
    public SocketEntry Entry { get; } = entry;

    /// <summary>Its conversations; a plain one has one from its first to its last moment.</summary>
    public List<Conversation> Conversations => _conversations;

    /// <summary>Each message carries its destination, so one connection can have many peers.</summary>
    public virtual bool IsAddressed => false;

    /// <summary>An empty message can be told from the end of the connection.</summary>
    public abstract bool CarriesEmpty { get; }

    /// <summary>The end of the application's sending is the end of the connection: nothing else would ever tell that it has gone.</summary>
    public virtual bool EndsWithItsInput => false;

    /// <summary>Who it is, for logs; null where the kernel does not know (TCP).</summary>
    public abstract PeerCredentials? Who { get; }

    /// <summary>Something that was handed over is still on its way into the socket: see <see cref="Flush"/>.</summary>
    public virtual bool HasPending => false;

    /// <summary>The socket may hold something: it has not said the contrary since it was last reported ready.</summary>
    public bool MaybeReadable { get; set; }

    /// <summary>Since when its next message has been waiting for its way to the ring, as a timestamp; 0: not, or not measured.</summary>
    public long WaitsSince { get; set; }

    /// <summary>Everything that the application sent has been received, and it will send no more.</summary>
    public bool InputEnded { get; set; }

    /// <summary>It stands in the round of those that send.</summary>
    public bool InRound { get; set; }

    /// <summary>Messages that it may still send in this turn of its own.</summary>
    public int ShareLeft { get; set; }

    /// <summary>What it sends waits for its rule's rate.</summary>
    public bool IsThrottled { get; set; }

    /// <summary>Its place among those that send; with several conversations the first one's.</summary>
    public int Priority => _conversations.Count > 0 ? _conversations[0].Out.Priority : AccessRule.DefaultPriority;

    /// <summary>It stands in the list of those that must be looked at.</summary>
    public bool IsTouched { get; set; }

    /// <summary>The application has gone, or lost its place: no further conversation joins.</summary>
    public bool IsLeaving { get; set; }

    /// <summary>The application has said that it will not come back: nothing is kept for it when it has gone.</summary>
    public bool IsLast { get; set; }

    /// <summary>Addressed channel: the conversation with the channel's own peer, without which the connection ends.</summary>
    public Conversation? Primary { get; set; }

    /// <summary>Addressed: the conversation whose credit the next message waits for.</summary>
    public Conversation? BlockedBy { get; set; }

    /// <summary>The number in its name in the descriptor store; 0: it is not stored.</summary>
    public ulong StoredAs { get; set; }

    /// <summary>It has been closed.</summary>
    public bool IsClosed { get; private set; }

    /// <summary>What the application sends is wanted.</summary>
    public bool Reads => !IsClosed && (IsAddressed ? !InputEnded : _conversations.Count > 0 && _conversations[0].Reads);

    /// <summary>Something of the application could be sent on now, if there is a buffer.</summary>
    public bool MaySend => Reads && MaybeReadable && !IsThrottled
        && (IsAddressed ? BlockedBy is not { HasPeer: true, Sending.Available: 0 } : _conversations[0].Sending.Available > 0);

    /// <summary>
    /// What to be woken for; null: nothing. While sending is blocked by credit or buffers not even a hang-up is wanted: it would be reported again and
    /// again, and what lies in the socket goes first anyway.
    /// </summary>
    public PollEvents? Interest
    {
        get
        {
            PollEvents events = (Reads && !MaybeReadable ? PollEvents.In : 0) | (HasPending || IsAwaitedByMessages ? PollEvents.Out : 0);
            return events != 0 ? events : Reads ? null : PollEvents.None;
        }
    }

    private bool IsAwaitedByMessages
    {
        get
        {
            foreach (Conversation conversation in _conversations)
            {
                if (conversation is { Writes: true, QueuedMessages: > 0, IsThrottled: false })
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>Takes the next message.</summary>
    /// <param name="payload">Where it goes; a longer one is a <see cref="ReceiveOutcome.Packet"/> with its real length.</param>
    /// <param name="length">Its length.</param>
    /// <exception cref="LinuxException">The socket is unusable.</exception>
    public abstract ReceiveOutcome Receive(Span<byte> payload, out int length);

    /// <summary>Addressed: where the next message goes, which <see cref="Receive"/> then takes.</summary>
    /// <exception cref="LinuxException">The socket is unusable.</exception>
    public virtual ReceiveOutcome Peek(out uint destination) => throw new NotSupportedException("only addressed messages carry a destination");

    /// <summary>Hands over one message, whole or not at all.</summary>
    /// <exception cref="LinuxException">The socket is unusable.</exception>
    public abstract SendOutcome Send(uint source, uint destination, ReadOnlySpan<byte> message);

    /// <summary>Gives the socket what gathered; Sent: everything.</summary>
    /// <exception cref="LinuxException">The socket is unusable.</exception>
    public virtual SendOutcome Flush() => SendOutcome.Sent;

    /// <summary>Ends the direction from the application, or both, so that it finds first everything that was handed over and then the end; returns how many of its messages nobody will see.</summary>
    /// <exception cref="LinuxException">The socket is unusable.</exception>
    public abstract int Shutdown(ShutdownDirection direction);

    /// <summary>The application can send no more; what it has sent can still be received.</summary>
    /// <exception cref="LinuxException">The socket is unusable.</exception>
    public abstract void EndInput();

    /// <summary>Closes the socket, after it has been taken from the poller.</summary>
    public void Dispose()
    {
        IsClosed = true;
        CloseSocket();
    }

    /// <inheritdoc/>
    public override void OnReady(PollEvents events) => owner.OnReady(this, events);

    /// <summary>Closes the socket.</summary>
    protected abstract void CloseSocket();
}
