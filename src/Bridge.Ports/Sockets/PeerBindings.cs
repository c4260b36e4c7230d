using Bridge.Ports.Sockets.Kept;
using Bridge.Rpmsg;

namespace Bridge.Ports.Sockets;

/// <summary>
/// What the other side says beside the messages: peers that come and go, by the flow service (which also tells what may be sent to them, see
/// <see cref="FlowWindow"/>) or by the address service of the 2020 vhost series.
/// </summary>
internal sealed class PeerBindings(PortScope port, ConversationTable conversations)
{
    // Refusals that may wait for a transmit buffer: a stranger cannot make us remember more.
    private const int MaximumRefusalsQueued = 256;

    private readonly LogPace _refusalPace = new(port.Time);
    private int _refusalsQueued;

    /// <summary>What was queued has been sent, or is not wanted any more.</summary>
    public void OnControlSent() => _refusalsQueued = 0;

    /// <summary>A flow message came.</summary>
    public void OnFlow(in FlowMessage message)
    {
        if (message.Source == RpmsgAddress.Any)
        {
            port.Counters.BadFlow++;
            return;
        }

        if (!conversations.Endpoints.TryFind(message.Destination, out LocalEndpoint? local))
        {
            // Ordinary for a Credit or Close that crossed ours.
            if (message.Kind == FlowKind.Open)
            {
                Refuse(message, "?", FlowCloseReason.NoApplication);
            }

            return;
        }

        if (local.Find(message.Source) is { } conversation)
        {
            FromPeer(conversation, message);
        }
        else if (message.Kind == FlowKind.Open)
        {
            Welcome(local, message);
        }
        // Else of a pair that is no more.
    }

    /// <summary>The address service assigns a peer to a service of ours. False: it has as many as it may have.</summary>
    public bool OnAssigned(LocalEndpoint local, uint peer)
    {
        // Its first message, or an Open of the flow service, may have come before.
        if (local.Find(peer) is not null)
        {
            return true;
        }

        if (local.FindWaiting() is not { } conversation)
        {
            CountRefusal(peer, local.Endpoint.Name, ReasonOf(local));
            return false;
        }

        conversations.Bind(conversation, peer);
        SocketsLog.Bound(port.Log, port.Device, conversation.Entry.Path, peer);
        return true;
    }

    /// <summary>The address service takes a peer back.</summary>
    public void OnFreed(LocalEndpoint local, uint peer)
    {
        if (local.Find(peer) is { } conversation)
        {
            conversations.Happened(conversation, ConversationEvent.PeerGone);
        }
    }

    private static FlowCloseReason ReasonOf(LocalEndpoint local) => local.Conversations.Count == 0 ? FlowCloseReason.NoApplication : FlowCloseReason.Busy;

    private void FromPeer(Conversation conversation, in FlowMessage message)
    {
        switch (message.Kind)
        {
            case FlowKind.Open:
                Widen(conversation, message.Value);
                conversations.Touched.Add(conversation);
                break;
            case FlowKind.Credit:
                Credit(conversation, message.Value);
                conversations.Touched.Add(conversation);
                break;
            default:
                if (message.Value != (uint)FlowCloseReason.Finished)
                {
                    SocketsLog.PeerClosed(port.Log, port.Device, conversation.Entry.Path, (FlowCloseReason)message.Value);
                }

                conversations.Happened(conversation, ConversationEvent.PeerGone);
                break;
        }
    }

    private void Welcome(LocalEndpoint local, in FlowMessage open)
    {
        if (local.FindWaiting() is not { } conversation)
        {
            Refuse(open, local.Endpoint.Name, ReasonOf(local));
            return;
        }

        conversations.Bind(conversation, open.Source);
        SocketsLog.Bound(port.Log, port.Device, conversation.Entry.Path, open.Source);
        Widen(conversation, open.Value);
    }

    // Both state totals: to hear them again changes nothing.
    private void Widen(Conversation conversation, uint window)
    {
        FlowRecord after = conversation.Flow;
        Change(conversation, after.Sending.TryWiden(window), after);
    }

    private void Credit(Conversation conversation, uint handedOver)
    {
        FlowRecord after = conversation.Flow;
        Change(conversation, after.Sending.TryCredit(handedOver), after);
    }

    private void Change(Conversation conversation, bool isValid, in FlowRecord after)
    {
        if (isValid)
        {
            port.Kept.Steps.Change(conversation, after);
        }
        else
        {
            port.Counters.BadFlow++;
        }
    }

    private void Refuse(in FlowMessage open, string name, FlowCloseReason reason)
    {
        CountRefusal(open.Source, name, reason);
        if (_refusalsQueued++ < MaximumRefusalsQueued)
        {
            port.Bus.SendFlow(new FlowMessage(FlowKind.Close, open.Destination, open.Source, (uint)reason));
        }
    }

    private void CountRefusal(uint peer, string name, FlowCloseReason reason)
    {
        port.Counters.PeersRefused++;
        if (_refusalPace.MayLog())
        {
            SocketsLog.PeerRefused(port.Log, port.Device, peer, ChannelTable.Printable(name), reason, port.Counters.PeersRefused);
        }
    }
}
