using Bridge.Linux;
using Bridge.Ports.Sockets.Access;
using Bridge.Ports.Sockets.Kept;
using Bridge.Rpmsg;

namespace Bridge.Ports.Sockets;

/// <summary>
/// From the ring to the applications' sockets: a message straight from the receive buffer, further packets of the same turn together. A slow reader's messages wait in a queue of its own.
/// </summary>
internal sealed partial class Incoming(PortScope port, ConversationTable conversations)
{
    private readonly LogPace _overQuotaPace = new(port.Time);
    private readonly Steps _steps = port.Kept.Steps;
    private readonly LogPace _ratePace = new(port.Time);
    private readonly List<(Conversation Conversation, RateLimit Limit)> _throttled = [];
    private bool _delivered, _held;

    // When this batch was found in the ring, as a timestamp; 0: not measured.
    private long _began;

    /// <summary>Somebody's messages wait for their rule's rate.</summary>
    public bool HasThrottled => _throttled.Count > 0;

    /// <summary>A message for an endpoint of ours. False: the receive queue waits, and it must be offered again.</summary>
    public bool OnMessage(LocalEndpoint local, uint source, ReadOnlySpan<byte> payload)
    {
        Conversation? conversation = local.Find(source);

        // Where the flow service is spoken only an Open binds: a late message of an earlier peer must not.
        if (conversation is null && !port.HasFlow && source != RpmsgAddress.Any && local.FindWaiting() is { } waiting)
        {
            if (waiting.In.IsDenied)
            {
                // Who may say nothing here does not become anybody's peer by saying it.
                port.Access.CountDenied(waiting.Entry, AccessDirection.In);
                return true;
            }

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
            _steps.End();
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

    /// <summary>The application's socket has room again, or all that gathered for it is there.</summary>
    /// <exception cref="LinuxException">The socket is unusable.</exception>
    public void FlushQueue(Conversation conversation)
    {
        FlushBatches(conversation);
        EndGathering(conversation);
    }

    private void FlushBatches(Conversation conversation)
    {
        long waited = conversation.QueuedMessages > 0 ? conversation.Places.ReadBegan(conversation.Flow.Queue.First) : 0;
        while (conversation is { Writes: true, Connection: { } connection, QueuedMessages: > 0 } && MayPass(conversation))
        {
            switch (connection is PacketConnection packets ? HandPackets(conversation, packets) : HandFirst(conversation, connection))
            {
                case SendOutcome.Sent:
                    // The first one waited longest.
                    port.Times.InSocket(waited);
                    waited = 0;
                    OnHandedOver(conversation);
                    break;
                case SendOutcome.Closed:
                    if (conversation.Entry.Terms.Grace == TimeSpan.Zero)
                    {
                        FlowRecord after = conversation.Flow;
                        int lost = after.Queue.Clear();
                        after.Receiving.OnHandedOver(lost);
                        _steps.Change(conversation, after);
                        port.Counters.Undeliverable += lost;
                        OnHandedOver(conversation);
                    }

                    conversations.Happened(connection, ConversationEvent.SendFailed);
                    return;
                default:
                    return;
            }
        }
    }

    /// <summary>Those whose rate has room again are looked at: their sockets tell when they can be written to.</summary>
    public void ReleaseThrottled()
    {
        // From behind: who goes leaves the list.
        for (int i = _throttled.Count - 1; i >= 0; i--)
        {
            (Conversation conversation, RateLimit limit) = _throttled[i];
            if (conversation.State != ConversationState.Closed && !limit.MayPass())
            {
                continue;
            }

            _throttled.RemoveAt(i);
            conversation.IsThrottled = false;
            if (conversation.Connection is { } connection)
            {
                conversations.Touched.Add(connection);
            }
        }
    }

    /// <summary>Tells the peer what it may send, when enough of its window has been handed over.</summary>
    public void SendCredit(Conversation conversation)
    {
        if (conversation.HasPeer && conversation.Receiving.IsCreditDue)
        {
            conversations.SayCredit(conversation);
        }
    }

    private bool Deliver(Conversation conversation, ReadOnlySpan<byte> payload)
    {
        bool again = ReferenceEquals(conversations.Holder, conversation);
        FlowRecord after = conversation.Flow;
        if (port.HasFlow && !after.Receiving.TryReceive())
        {
            port.Counters.FlowViolations++;
            SocketsLog.FlowViolation(port.Log, port.Device, conversation.Entry.Path);
            FlushQueue(conversation);
            conversations.Happened(conversation, ConversationEvent.Aborted, FlowCloseReason.Violation);
            return true;
        }

        if (conversation.In.IsDenied)
        {
            port.Access.CountDenied(conversation.Entry, AccessDirection.In);
            after.Receiving.OnHandedOver();
            _steps.Take(conversation, port.Bus.ReceivePosition, after);
            OnHandedOver(conversation);
            return true;
        }

        if (conversation is { Writes: true, QueuedMessages: 0, Connection: { } connection } && !IsGathering(conversation) && MayPass(conversation))
        {
            switch (Hand(conversation, connection, payload, after, isQueued: false))
            {
                case SendOutcome.Sent:
                    _delivered = true;
                    OnHandedOver(conversation);
                    BeginGathering(connection);
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
            after.Receiving.OnHandedOver();
            _steps.Take(conversation, port.Bus.ReceivePosition, after);
            OnHandedOver(conversation);
            return true;
        }

        int place = after.Queue.Next(port.Capacity);
        if (place >= 0 && conversation.Places.TryWrite(place, payload, _began))
        {
            after.Queue.Add();
            _steps.Take(conversation, port.Bus.ReceivePosition, after);
            conversations.Release(conversation);
            OnQueued(conversation);
            return true;
        }

        if (!IsGathering(conversation))
        {
            return OnOverQuota(conversation, again);
        }

        // No memory for more: without it, as long as the application reads.
        FlushQueue(conversation);
        return Deliver(conversation, payload);
    }

    /// <summary>Hands the message over that waited longest.</summary>
    private SendOutcome HandFirst(Conversation conversation, ApplicationConnection connection)
    {
        FlowRecord after = conversation.Flow;
        ReadOnlySpan<byte> first = conversation.Places.Read(after.Queue.First);
        after.Queue.RemoveFirst(port.Capacity);
        return Hand(conversation, connection, first, after, isQueued: true);
    }

    /// <param name="conversation">Whose message.</param>
    /// <param name="connection">The application's.</param>
    /// <param name="payload">The message.</param>
    /// <param name="after">The flow record when it has left where it was: to be counted as handed over.</param>
    /// <param name="isQueued">It waited; else it lies in the ring.</param>
    private SendOutcome Hand(Conversation conversation, ApplicationConnection connection, ReadOnlySpan<byte> payload, FlowRecord after, bool isQueued)
    {
        StepKind afterwards = isQueued ? StepKind.Change : StepKind.Taken;
        ushort position = port.Bus.ReceivePosition;
        after.Receiving.OnHandedOver();
        if (payload.IsEmpty && !connection.CarriesEmpty)
        {
            port.Counters.EmptyNotDelivered++;
            _steps.Begin(afterwards, conversation.Slot, position, after);
            _steps.Happened(ref conversation.Flow);
            return SendOutcome.Sent;
        }

        after.Received++;
        bool isPacket = connection is PacketConnection;
        if (isPacket)
        {
            _steps.Begin(StepKind.Deliver, conversation.Slot, position, after);
        }

        SendOutcome outcome = connection.Send(conversation.Remote, conversation.Local.Address, payload);
        if (outcome != SendOutcome.Sent)
        {
            _steps.End();
            return outcome;
        }

        if (!isPacket)
        {
            // It lies in this process: should that be killed now, the connection goes with it, whatever is recorded.
            _steps.Begin(afterwards, conversation.Slot, position, after);
        }

        _steps.Happened(ref conversation.Flow);
        conversation.In.Limit?.Passed(payload.Length);
        port.Counters.ToApplications++;
        if (connection.HasPending)
        {
            conversations.Touched.Add(connection);
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
        else if (drop && conversation.IsThrottled)
        {
            port.Counters.RateDropped++;
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

        if (conversation.IsThrottled && !unattended)
        {
            if ((drop || !again) && _ratePace.MayLog())
            {
                SocketsLog.RateExceeded(port.Log, port.Device, conversation.Entry.Path, drop ? OverQuotaPolicy.Drop : OverQuotaPolicy.Hold, drop ? port.Counters.RateDropped : port.Counters.Holds);
            }
        }
        else if ((drop || !again) && _overQuotaPace.MayLog())
        {
            long count = unattended ? port.Counters.NoApplication : drop ? port.Counters.Dropped : port.Counters.Holds;
            SocketsLog.OverQuota(port.Log, port.Device, conversation.Entry.Path, drop ? OverQuotaPolicy.Drop : OverQuotaPolicy.Hold, count);
        }

        return drop;
    }

    /// <summary>The rule's rate has room for a message now. Where it has not, what comes waits in the conversation's queue, and with it the sender's credit.</summary>
    private bool MayPass(Conversation conversation)
    {
        if (conversation.In.Limit is not { } limit || limit.MayPass())
        {
            return true;
        }

        if (!conversation.IsThrottled)
        {
            conversation.IsThrottled = true;
            _throttled.Add((conversation, limit));
            port.Access.CountWait(conversation.Entry, limit, AccessDirection.In);
        }

        return false;
    }

    private void OnHandedOver(Conversation conversation)
    {
        conversations.Release(conversation);
        if (conversation.Receiving.IsCreditDue)
        {
            conversations.Touched.Add(conversation);
        }
    }
}
