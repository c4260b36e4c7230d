using Bridge.Linux;
using Bridge.Rpmsg;

namespace Bridge.Ports.Sockets;

/// <summary>From the ring to the applications' sockets, each message straight from the receive buffer; a slow reader's messages wait in a queue of its own.</summary>
internal sealed class Incoming(PortScope port, ConversationTable conversations)
{
    private readonly LogPace _overQuotaPace = new(port.Time);
    private bool _delivered, _held;

    // When this batch was found in the ring, as a timestamp; 0: not measured.
    private long _began;

    /// <summary>A message for an endpoint of ours. False: the receive queue waits, and it must be offered again.</summary>
    public bool OnMessage(LocalEndpoint local, uint source, ReadOnlySpan<byte> payload)
    {
        Conversation? conversation = local.Find(source);

        // Where the flow service is spoken only an Open binds: a late message of an earlier peer must not.
        if (conversation is null && !port.HasFlow && source != RpmsgAddress.Any && local.FindWaiting() is { } waiting)
        {
            conversation = waiting;
            conversations.Bind(conversation, source);
            SocketsLog.Bound(port.Log, port.Device, conversation.Entry.Path, source);
        }

        if (conversation is null)
        {
            if (local.Conversations.Count == 0)
            {
                port.Counters.NoApplication++;
            }
            else
            {
                port.Counters.Strangers++;
            }

            return true;
        }

        try
        {
            return Deliver(conversation, payload);
        }
        catch (LinuxException failure)
        {
            port.Counters.Undeliverable++;
            conversations.Fail(conversation.Connection!, failure);
            return true;
        }
    }

    /// <summary>The ring is looked at. What was held has been in it since an earlier batch.</summary>
    public void BeginBatch() => _began = _held ? _began : port.Times.Begin();

    /// <summary>The ring has no more for now, or somebody holds it, or the budget is used up.</summary>
    public void EndBatch()
    {
        if (_delivered)
        {
            port.Times.InSocket(_began);
        }

        (_delivered, _held) = (false, conversations.Holder is not null);
    }

    /// <summary>The application's socket has room again.</summary>
    /// <exception cref="LinuxException">The socket is unusable.</exception>
    public void FlushQueue(Conversation conversation)
    {
        long waited = conversation.Queue?.FirstBegan ?? 0;
        while (conversation is { Writes: true, Connection: { } connection, Queue: { Count: > 0 } queue })
        {
            switch (Hand(conversation, connection, queue.First))
            {
                case SendOutcome.Sent:
                    // The first one waited longest.
                    port.Times.InSocket(waited);
                    waited = 0;
                    queue.RemoveFirst();
                    OnHandedOver(conversation, 1);
                    break;
                case SendOutcome.Closed:
                    if (conversation.Entry.Terms.Grace == TimeSpan.Zero)
                    {
                        OnHandedOver(conversation, queue.Count);
                    }

                    conversations.Happened(connection, ConversationEvent.SendFailed);
                    return;
                default:
                    return;
            }
        }
    }

    /// <summary>Tells the peer what it may send, when half of its window has been handed over.</summary>
    public void SendCredit(Conversation conversation)
    {
        if (conversation.HasPeer && port.HasFlow && conversation.Receiving.IsCreditDue)
        {
            uint total = conversation.Receiving.TakeCredit();
            port.Bus.SendFlow(new FlowMessage(FlowKind.Credit, conversation.Local.Address, conversation.Remote, total));
        }
    }

    private bool Deliver(Conversation conversation, ReadOnlySpan<byte> payload)
    {
        bool again = ReferenceEquals(conversations.Holder, conversation);
        if (port.HasFlow && !conversation.Receiving.TryReceive())
        {
            port.Counters.FlowViolations++;
            SocketsLog.FlowViolation(port.Log, port.Device, conversation.Entry.Path);
            conversations.Happened(conversation, ConversationEvent.Aborted, FlowCloseReason.Violation);
            return true;
        }

        if (conversation is { Writes: true, QueuedMessages: 0, Connection: { } connection })
        {
            switch (Hand(conversation, connection, payload))
            {
                case SendOutcome.Sent:
                    _delivered = true;
                    OnHandedOver(conversation, 1);
                    return true;
                case SendOutcome.Closed:
                    conversations.Happened(connection, ConversationEvent.SendFailed);
                    break;
                default:
                    break;
            }
        }

        bool isKept = conversation.Writes || conversation.IsAwaiting || conversation.Entry.Terms.Grace > TimeSpan.Zero;
        if (conversation.State == ConversationState.Closed || !isKept)
        {
            port.Counters.Undeliverable++;
            OnHandedOver(conversation, 1);
            return true;
        }

        conversation.Queue ??= new MessageQueue(port.Capacity, port.Options.Rpmsg.MaximumPayload);
        if (conversation.Queue.TryEnqueue(payload, _began))
        {
            port.Counters.Queued++;
            conversations.Touched.Add(conversation);
            conversations.Release(conversation);
            return true;
        }

        return OnOverQuota(conversation, again);
    }

    private SendOutcome Hand(Conversation conversation, ApplicationConnection connection, ReadOnlySpan<byte> payload)
    {
        if (payload.IsEmpty && !connection.CarriesEmpty)
        {
            port.Counters.EmptyNotDelivered++;
            return SendOutcome.Sent;
        }

        SendOutcome outcome = connection.Send(conversation.Remote, conversation.Local.Address, payload);
        if (outcome == SendOutcome.Sent)
        {
            conversation.Received++;
            port.Counters.ToApplications++;
            if (connection.HasPending)
            {
                conversations.Touched.Add(connection);
            }
        }

        return outcome;
    }

    private bool OnOverQuota(Conversation conversation, bool again)
    {
        // Nobody may ever come: the queue cannot wait for that.
        bool unattended = conversation is { IsAwaiting: true, Deadline: null };
        bool drop = unattended || port.Options.OverQuota == OverQuotaPolicy.Drop;
        if (unattended)
        {
            port.Counters.NoApplication++;
        }
        else if (drop)
        {
            port.Counters.Dropped++;
        }
        else if (!again)
        {
            port.Counters.Holds++;
            conversations.Hold(conversation);
        }

        if ((drop || !again) && _overQuotaPace.MayLog())
        {
            long count = unattended ? port.Counters.NoApplication : drop ? port.Counters.Dropped : port.Counters.Holds;
            SocketsLog.OverQuota(port.Log, port.Device, conversation.Entry.Path, drop ? OverQuotaPolicy.Drop : OverQuotaPolicy.Hold, count);
        }

        return drop;
    }

    private void OnHandedOver(Conversation conversation, int count)
    {
        conversation.Receiving.OnHandedOver(count);
        conversations.Release(conversation);
        if (conversation.Receiving.IsCreditDue)
        {
            conversations.Touched.Add(conversation);
        }
    }
}
