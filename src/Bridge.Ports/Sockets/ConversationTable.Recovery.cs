using Bridge.Ports.Sockets.Kept;
using Bridge.Rpmsg;

namespace Bridge.Ports.Sockets;

/// <content>Conversations that a predecessor had.</content>
internal sealed partial class ConversationTable
{
    /// <summary>A conversation that a predecessor had.</summary>
    /// <param name="conversation">As it was.</param>
    /// <param name="isReachable">A peer can reach it, or will.</param>
    /// <param name="connection">Its application's; null: none is there, or its socket was lost.</param>
    public void Restore(Conversation conversation, bool isReachable, ApplicationConnection? connection)
    {
        LocalEndpoint local = conversation.Local;
        conversation.Entry.Conversations.Add(conversation);
        _all.Add(conversation);
        if (isReachable)
        {
            local.Add(conversation);
            if (conversation.HasPeer)
            {
                local.Bind(conversation);
                local.Endpoint.Remote = conversation.Remote;
            }

            if (local.IsService && _port.Access.MayAnnounce(local))
            {
                _port.Bus.Announce(local.Endpoint);
            }
        }

        if (connection is not null)
        {
            Join(conversation, connection);
            connection.Primary = local.IsService ? null : conversation;
            _port.Poll.Add(connection, interest: null);
        }

        Touched.Add(conversation);
    }

    /// <summary>Draws the conclusions for conversations that a predecessor had, once the bus is where it was.</summary>
    /// <param name="recovered">Some of them null.</param>
    public void SettleRecovered(IReadOnlyList<Conversation?> recovered)
    {
        foreach (Conversation? conversation in recovered)
        {
            if (conversation is null || conversation.State == ConversationState.Closed)
            {
                continue;
            }

            Grace.Resume(conversation);
            if (!_port.Bus.Attached)
            {
                Happened(conversation, ConversationEvent.PeerGone);
            }
            else if (conversation is { State: ConversationState.Waiting, Local.IsService: false })
            {
                // It was being opened.
                if (conversation.Entry.IsRemoved)
                {
                    Happened(conversation, ConversationEvent.Aborted);
                    continue;
                }

                Bind(conversation, conversation.Entry.Remote);
            }

            if (conversation is { Connection: null, IsAwaiting: false })
            {
                // As if its application had gone when the predecessor was killed.
                Happened(conversation, ConversationEvent.InputEnded);
                Happened(conversation, ConversationEvent.HungUp);
            }

            // Whoever is there or comes back: what the predecessor had said may not have reached the ring.
            if (conversation is { HasPeer: true, State: not ConversationState.Closed })
            {
                SayCredit(conversation);
            }
        }
    }

    /// <summary>Tells the peer what it may send.</summary>
    public void SayCredit(Conversation conversation)
    {
        if (!_port.HasFlow)
        {
            return;
        }

        FlowRecord after = conversation.Flow;
        uint total = after.Receiving.TakeCredit();
        _port.Kept.Steps.Change(conversation, after);
        _port.Bus.SendFlow(new FlowMessage(FlowKind.Credit, conversation.Local.Address, conversation.Remote, total));
    }
}
