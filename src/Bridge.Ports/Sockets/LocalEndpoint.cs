using Bridge.Rpmsg;

namespace Bridge.Ports.Sockets;

/// <summary>
/// An rpmsg endpoint of this port and the conversations that it is in, one per peer. A service's lives as long as the service, with or without an application, so that
/// it keeps its address; a channel's lives as long as its conversations.
/// </summary>
internal sealed class LocalEndpoint
{
    private readonly List<Conversation> _conversations = new(1);
    private readonly Dictionary<uint, Conversation> _byPeer = new(1);

    public LocalEndpoint(RpmsgEndpoint endpoint, bool isService)
    {
        (Endpoint, IsService) = (endpoint, isService);
        endpoint.Tag = this;
    }

    public RpmsgEndpoint Endpoint { get; }

    public uint Address => Endpoint.Address;

    public bool IsService { get; }

    /// <summary>Those that a peer can reach, or will; oldest first.</summary>
    public IReadOnlyList<Conversation> Conversations => _conversations;

    /// <summary>The conversation with that peer; null if there is none.</summary>
    public Conversation? Find(uint peer) => _byPeer.GetValueOrDefault(peer);

    /// <summary>Who gets the next peer: an application that waits, else the place of one that is awaited; null: nobody.</summary>
    public Conversation? FindWaiting()
    {
        Conversation? vacant = null;
        foreach (Conversation conversation in _conversations)
        {
            switch (conversation.State)
            {
                case ConversationState.Waiting:
                    return conversation;
                case ConversationState.Vacant:
                    vacant ??= conversation;
                    break;
                default:
                    break;
            }
        }

        return vacant;
    }

    public void Add(Conversation conversation) => _conversations.Add(conversation);

    /// <summary>The conversation has its peer, which has no other one with this endpoint.</summary>
    public void Bind(Conversation conversation) => _byPeer.Add(conversation.Remote, conversation);

    /// <summary>No peer can reach the conversation any more. False: none could.</summary>
    public bool Remove(Conversation conversation)
    {
        if (!_conversations.Remove(conversation))
        {
            return false;
        }

        if (ReferenceEquals(Find(conversation.Remote), conversation))
        {
            _byPeer.Remove(conversation.Remote);
        }

        return true;
    }
}
