using Bridge.Rpmsg;

namespace Bridge.Ports.Sockets;

/// <summary>What the other side's sockets port says beside the messages: peers that come and go, and what may be sent to them (see <see cref="FlowWindow"/>).</summary>
internal sealed class FlowService(PortScope port, ConversationTable conversations)
{
    // Refusals that may wait for a transmit buffer: a stranger cannot make us remember more.
    private const int MaximumRefusalsQueued = 256;

    private readonly LogPace _refusalPace = new(port.Time);
    private int _refusalsQueued;

    /// <summary>What was queued has been sent, or is not wanted any more.</summary>
    public void OnControlSent() => _refusalsQueued = 0;

    /// <summary>A flow message came.</summary>
    public void On(in FlowMessage message)
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

    private void FromPeer(Conversation conversation, in FlowMessage message)
    {
        switch (message.Kind)
        {
            case FlowKind.Open:
                Count(conversation.Sending.TryWiden(message.Value));
                conversations.Touched.Add(conversation);
                break;
            case FlowKind.Credit:
                Count(conversation.Sending.TryCredit(message.Value));
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
            Refuse(open, local.Endpoint.Name, local.Conversations.Count == 0 ? FlowCloseReason.NoApplication : FlowCloseReason.Busy);
            return;
        }

        conversations.Bind(conversation, open.Source);
        SocketsLog.Bound(port.Log, port.Device, conversation.Entry.Path, open.Source);
        Count(conversation.Sending.TryWiden(open.Value));
    }

    private void Count(bool valid)
    {
        if (!valid)
        {
            port.Counters.BadFlow++;
        }
    }

    private void Refuse(in FlowMessage open, string name, FlowCloseReason reason)
    {
        port.Counters.PeersRefused++;
        if (_refusalPace.MayLog())
        {
            SocketsLog.PeerRefused(port.Log, port.Device, open.Source, ChannelTable.Printable(name), reason, port.Counters.PeersRefused);
        }

        if (_refusalsQueued++ < MaximumRefusalsQueued)
        {
            port.Bus.SendFlow(new FlowMessage(FlowKind.Close, open.Destination, open.Source, (uint)reason));
        }
    }
}
