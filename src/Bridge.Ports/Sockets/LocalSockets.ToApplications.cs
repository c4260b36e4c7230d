using Bridge.Linux;
using Bridge.Rpmsg;

namespace Bridge.Ports.Sockets;

// From the ring to the applications' sockets, each message straight from the receive buffer; a slow reader's messages wait in a queue of its own.
internal sealed partial class LocalSockets
{
    // Refusals that may wait for a transmit buffer: a stranger cannot make us remember more.
    private const int MaximumRefusalsQueued = 256;

    private readonly LogPace _overQuotaPace;
    private readonly LogPace _refusalPace;
    private int _refusalsQueued;

    // The reader that the whole receive queue waits for.
    private Conversation? _holder;

    /// <summary>Messages that are kept for one reader. With the flow service at least what a sender may send before it hears anything.</summary>
    private int Capacity => HasFlow ? Math.Max(_options.Quota, FlowWindow.Initial) : _options.Quota;

    bool IRpmsgHandler.OnMessage(RpmsgEndpoint endpoint, uint source, ReadOnlySpan<byte> payload)
    {
        LocalEndpoint local = (LocalEndpoint)endpoint.Tag!;
        if (local.Conversation is not { } conversation)
        {
            Counters.NoApplication++;
            return true;
        }

        // Where the flow service is spoken only an Open binds: a late message of an earlier peer must not.
        if (conversation.State == ConversationState.Waiting && !HasFlow && source != RpmsgAddress.Any)
        {
            Bind(conversation, source);
            SocketsLog.Bound(_log, _options.Device, conversation.Entry.Path, source);
        }

        if (conversation.Remote != source || source == RpmsgAddress.Any)
        {
            Counters.Strangers++;
            return true;
        }

        try
        {
            return Deliver(conversation, payload);
        }
        catch (LinuxException failure)
        {
            Counters.Undeliverable++;
            Fail(conversation, failure);
            return true;
        }
    }

    void IRpmsgHandler.OnFlow(in FlowMessage message)
    {
        if (message.Source == RpmsgAddress.Any)
        {
            Counters.BadFlow++;
            return;
        }

        if (!_endpoints.TryGetValue(message.Destination, out LocalEndpoint? local))
        {
            // Ordinary for a Credit or Close that crossed ours.
            if (message.Kind == FlowKind.Open)
            {
                Refuse(message, "?", FlowCloseReason.NoApplication);
            }

            return;
        }

        Conversation? conversation = local.Conversation;
        bool isPeer = conversation is not null && conversation.HasPeer && conversation.Remote == message.Source;
        switch (message.Kind)
        {
            case FlowKind.Open when conversation is { State: ConversationState.Waiting }:
                Bind(conversation, message.Source);
                SocketsLog.Bound(_log, _options.Device, conversation.Entry.Path, message.Source);
                Count(conversation.Sending.TryWiden(message.Value));
                break;
            case FlowKind.Open when isPeer:
                Count(conversation!.Sending.TryWiden(message.Value));
                Touch(conversation);
                break;
            case FlowKind.Open:
                Refuse(message, local.Endpoint.Name, conversation is null ? FlowCloseReason.NoApplication : FlowCloseReason.Busy);
                break;
            case FlowKind.Credit when isPeer:
                Count(conversation!.Sending.TryCredit(message.Value));
                Touch(conversation);
                break;
            case FlowKind.Close when isPeer:
                if (message.Value != (uint)FlowCloseReason.Finished)
                {
                    SocketsLog.PeerClosed(_log, _options.Device, conversation!.Entry.Path, (FlowCloseReason)message.Value);
                }

                Happened(conversation!, ConversationEvent.PeerGone);
                break;
            default:
                // Of a pair that is no more.
                break;
        }
    }

    private void Count(bool valid)
    {
        if (!valid)
        {
            Counters.BadFlow++;
        }
    }

    private void Refuse(in FlowMessage open, string name, FlowCloseReason reason)
    {
        Counters.PeersRefused++;
        if (_refusalPace.MayLog())
        {
            SocketsLog.PeerRefused(_log, _options.Device, open.Source, ChannelTable.Printable(name), reason, Counters.PeersRefused);
        }

        if (_refusalsQueued++ < MaximumRefusalsQueued)
        {
            _bus.SendFlow(new FlowMessage(FlowKind.Close, open.Destination, open.Source, (uint)reason));
        }
    }

    /// <summary>False: the message must be offered again.</summary>
    private bool Deliver(Conversation conversation, ReadOnlySpan<byte> payload)
    {
        bool again = ReferenceEquals(_holder, conversation);
        if (HasFlow && !conversation.Receiving.TryReceive())
        {
            Counters.FlowViolations++;
            SocketsLog.FlowViolation(_log, _options.Device, conversation.Entry.Path);
            Happened(conversation, ConversationEvent.Aborted, FlowCloseReason.Violation);
            return true;
        }

        if (!conversation.Writes || payload.IsEmpty)
        {
            if (payload.IsEmpty)
            {
                Counters.EmptyNotDelivered++;
            }
            else
            {
                Counters.Undeliverable++;
            }

            OnHandedOver(conversation, 1);
            return true;
        }

        if (conversation.QueuedMessages == 0)
        {
            switch (conversation.Socket.Send(payload))
            {
                case SendOutcome.Sent:
                    conversation.Received++;
                    Counters.ToApplications++;
                    OnHandedOver(conversation, 1);
                    return true;
                case SendOutcome.Closed:
                    Counters.Undeliverable++;
                    OnHandedOver(conversation, 1);
                    Happened(conversation, ConversationEvent.SendFailed);
                    return true;
                default:
                    break;
            }
        }

        conversation.Queue ??= new MessageQueue(Capacity, _options.Rpmsg.MaximumPayload);
        if (conversation.Queue.TryEnqueue(payload))
        {
            Counters.Queued++;
            Touch(conversation);
            Release(conversation);
            return true;
        }

        return OnOverQuota(conversation, again);
    }

    private bool OnOverQuota(Conversation conversation, bool again)
    {
        bool drop = _options.OverQuota == OverQuotaPolicy.Drop;
        if (drop)
        {
            Counters.Dropped++;
        }
        else if (!again)
        {
            Counters.Holds++;
            (_holder, conversation.HoldsDevice) = (conversation, true);
        }

        if ((drop || !again) && _overQuotaPace.MayLog())
        {
            SocketsLog.OverQuota(_log, _options.Device, conversation.Entry.Path, _options.OverQuota, drop ? Counters.Dropped : Counters.Holds);
        }

        return drop;
    }

    private void Release(Conversation conversation)
    {
        if (ReferenceEquals(_holder, conversation))
        {
            (_holder, conversation.HoldsDevice) = (null, false);
        }
    }

    /// <summary>The application's socket has room again.</summary>
    private void FlushQueue(Conversation conversation)
    {
        while (conversation.Writes && conversation.Queue is { Count: > 0 } queue)
        {
            switch (conversation.Socket.Send(queue.First))
            {
                case SendOutcome.Sent:
                    queue.RemoveFirst();
                    conversation.Received++;
                    Counters.ToApplications++;
                    OnHandedOver(conversation, 1);
                    break;
                case SendOutcome.Closed:
                    OnHandedOver(conversation, queue.Count);
                    Happened(conversation, ConversationEvent.SendFailed);
                    return;
                default:
                    return;
            }
        }
    }

    private void OnHandedOver(Conversation conversation, int count)
    {
        conversation.Receiving.OnHandedOver(count);
        Release(conversation);
        if (conversation.Receiving.IsCreditDue)
        {
            Touch(conversation);
        }
    }

    private void SendCredit(Conversation conversation)
    {
        if (conversation.HasPeer && HasFlow && conversation.Receiving.IsCreditDue)
        {
            uint total = conversation.Receiving.TakeCredit();
            _bus.SendFlow(new FlowMessage(FlowKind.Credit, conversation.Local.Address, conversation.Remote, total));
        }
    }
}
