using Bridge.Linux;
using Bridge.Ports.Sockets.Access;
using Bridge.Ports.Sockets.Kept;
using Bridge.Virtio;

namespace Bridge.Ports.Sockets;

/// <summary>From the applications' sockets to the ring: packets in batches, a stream's messages straight into the transmit buffer, all applications in turn.</summary>
internal sealed class Outgoing(PortScope port, ConversationTable conversations)
{
    // Messages of one application before the next one's turn comes: a batch of packets.
    private const int MessagesPerApplication = KeptLayout.LargestBatch;

    // Messages of all applications per pump.
    private const int SendBudget = 256;

    private readonly SendOrder<ApplicationConnection> _round = new();
    private readonly List<(ApplicationConnection Connection, RateLimit Limit)> _throttled = [];
    private readonly Steps _steps = port.Kept.Steps;
    private readonly LogPace _tooLongPace = new(port.Time);

    // Where denied messages end.
    private byte[] _discarded = [];

    private enum SendResult
    {
        /// <summary>The socket is empty, the credit used up, or the conversation over.</summary>
        Done,

        /// <summary>The share of this round is used up.</summary>
        Share,

        /// <summary>No transmit buffer is free, for nobody.</summary>
        NoBuffer,
    }

    /// <summary>Somebody has something to send, as soon as there is a buffer.</summary>
    public bool IsWaiting => _round.Count > 0;

    /// <summary>Somebody waits for its rule's rate.</summary>
    public bool HasThrottled => _throttled.Count > 0;

    /// <summary>Whoever may send gets a place in the round, once.</summary>
    public void Join(ApplicationConnection connection)
    {
        if (!connection.InRound && connection.MaySend)
        {
            (connection.InRound, connection.ShareLeft) = (true, MessagesPerApplication);
            _round.Add(connection, connection.Priority);
        }
    }

    /// <summary>It has sent its share; if there is more its next turn comes after everybody else's.</summary>
    private void Return(ApplicationConnection connection)
    {
        if (connection.MaySend)
        {
            (connection.InRound, connection.ShareLeft) = (true, MessagesPerApplication);
            _round.Return(connection, connection.Priority);
        }
    }

    /// <summary>The life of the device is over: nobody can send.</summary>
    public void Clear()
    {
        while (_round.TryPeek(out ApplicationConnection? connection))
        {
            _round.Done();
            connection.InRound = false;
        }
    }

    /// <summary>Lets every application that has something send its share, in turn. True: the budget is used up and somebody has more.</summary>
    public bool SendRound()
    {
        ReleaseThrottled();
        if (!port.Bus.Attached)
        {
            return false;
        }

        for (int budget = SendBudget; budget > 0 && _round.TryPeek(out ApplicationConnection? connection);)
        {
            SendResult result;
            try
            {
                result = SendShare(connection, ref budget);
            }
            catch (LinuxException failure)
            {
                _steps.End();
                conversations.Fail(connection, failure);
                result = SendResult.Done;
            }

            if (result == SendResult.NoBuffer)
            {
                // It keeps its place and the rest of its share: buffers come back one by one, and the first in line gets the first.
                return false;
            }

            _round.Done();
            connection.InRound = false;
            if (result == SendResult.Share)
            {
                Return(connection);
            }

            conversations.Touched.Add(connection);
        }

        return _round.Count > 0;
    }

    private SendResult SendShare(ApplicationConnection connection, ref int budget)
    {
        while (connection.ShareLeft > 0)
        {
            if (!connection.MaySend)
            {
                BeginWait(connection);
                return SendResult.Done;
            }

            Conversation? conversation = connection.Conversations[0];
            if (connection.IsAddressed)
            {
                // Before a buffer is reserved: what opens a new pair must be sent before the message.
                conversation = Route(connection, out ReceiveOutcome found, out bool isDenied);
                if (isDenied)
                {
                    if (Discard(connection) is { } ended)
                    {
                        return ended;
                    }

                    (budget, connection.ShareLeft) = (budget - 1, connection.ShareLeft - 1);
                    continue;
                }

                if (conversation is null)
                {
                    return found == ReceiveOutcome.Packet ? SendResult.Done : OnNothing(connection, found);
                }
            }

            if (conversation.Out.IsDenied)
            {
                if (Discard(connection) is { } ended)
                {
                    return ended;
                }

                (budget, connection.ShareLeft) = (budget - 1, connection.ShareLeft - 1);
                continue;
            }

            if (conversation.Out.Limit is { } limit && !limit.MayPass())
            {
                Throttle(connection, limit);
                return SendResult.Done;
            }

            if (!port.Bus.TryReserve(out Span<byte> payload))
            {
                BeginWait(connection);
                return SendResult.NoBuffer;
            }

            int before = connection.ShareLeft;
            SendResult? over = connection is PacketConnection packets ? SendPackets(packets, conversation, payload) : SendBytes(connection, conversation, payload);
            budget -= before - connection.ShareLeft;
            if (over is { } result)
            {
                return result;
            }
        }

        return SendResult.Share;
    }

    /// <summary>Sends packets, as many as there are, and buffers for. Not null: there are no more.</summary>
    private SendResult? SendPackets(PacketConnection connection, Conversation conversation, Span<byte> payload)
    {
        int most = conversation.Out.Limit is null
            ? (int)Math.Min(Math.Min(connection.ShareLeft, port.Kept.Layout.Batch), Math.Min(conversation.Sending.Available, (uint)port.Bus.CountFree()))
            : 1;
        FlowRecord after = conversation.Flow;
        _steps.BeginBatch(StepKind.Send, conversation.Slot, port.Bus.TransmitPosition, after, most);
        ReceiveOutcome outcome = connection.Receive(most, out int received);
        if (outcome != ReceiveOutcome.Packet)
        {
            _steps.End();
            return OnNothing(connection, outcome);
        }

        int sent = 0, length = 0;
        bool isReserved = true;
        while (isReserved && sent < received && (length = _steps.Passage.Length(sent)) <= payload.Length)
        {
            StoreTrace.Point();
            port.Kept.Scratch.Slice(port.Kept.ScratchPlaces[sent].Offset, length).CopyTo(payload);
            Commit(connection, conversation, length);
            after.OnSent();
            isReserved = ++sent == received || port.Bus.TryReserve(out payload);
        }

        Steps.BatchHappened(ref conversation.Flow, after);
        if (sent < received)
        {
            _steps.End();
            // Without a buffer: the driver had lent one that breaks the rules, which the ring has counted.
            port.Counters.Unsent += received - sent - (isReserved ? 1 : 0);
            if (isReserved)
            {
                OnTooLong(connection, length, payload.Length);
                return SendResult.Done;
            }
        }

        return received < most ? OnNothing(connection, ReceiveOutcome.WouldBlock) : null;
    }

    /// <summary>Sends a message of a byte stream. Not null: there is none.</summary>
    private SendResult? SendBytes(ApplicationConnection connection, Conversation conversation, Span<byte> payload)
    {
        FlowRecord after = conversation.Flow;
        after.OnSent();
        _steps.Begin(StepKind.SendBytes, conversation.Slot, port.Bus.TransmitPosition, after);
        ReceiveOutcome outcome = connection.Receive(payload, out int length);
        if (outcome == ReceiveOutcome.Packet && length <= payload.Length)
        {
            StoreTrace.Point();
            Commit(connection, conversation, length);
            _steps.Happened(ref conversation.Flow);
            return null;
        }

        _steps.End();
        if (outcome != ReceiveOutcome.Packet)
        {
            return OnNothing(connection, outcome);
        }

        OnTooLong(connection, length, payload.Length);
        return SendResult.Done;
    }

    private void Commit(ApplicationConnection connection, Conversation conversation, int length)
    {
        port.Bus.Commit(conversation.Local.Address, conversation.Remote, length);
        conversation.Out.Limit?.Passed(length);
        connection.ShareLeft--;
        port.Counters.FromApplications++;
        if (connection.WaitsSince != 0)
        {
            port.Times.InRing(connection.WaitsSince);
            connection.WaitsSince = 0;
        }
    }

    /// <summary>Takes a message that the rules deny. Not null: there was none.</summary>
    private SendResult? Discard(ApplicationConnection connection)
    {
        int maximum = port.Options.Rpmsg.MaximumPayload;
        if (_discarded.Length == 0)
        {
            _discarded = new byte[maximum];
        }

        // Of nobody that is kept: it is gone once it has been taken.
        _steps.Begin(StepKind.Change, slot: -1, position: 0, default);
        ReceiveOutcome outcome = connection.Receive(_discarded, out int length);
        _steps.End();
        if (outcome != ReceiveOutcome.Packet)
        {
            return OnNothing(connection, outcome);
        }

        if (length > maximum)
        {
            OnTooLong(connection, length, maximum);
            return SendResult.Done;
        }

        connection.WaitsSince = 0;
        port.Access.CountDenied(connection.Entry, AccessDirection.Out);
        return null;
    }

    /// <summary>Its messages stay in its socket until the rate has room: in the end its own send waits.</summary>
    private void Throttle(ApplicationConnection connection, RateLimit limit)
    {
        BeginWait(connection);
        connection.IsThrottled = true;
        _throttled.Add((connection, limit));
        port.Access.CountWait(connection.Entry, limit, AccessDirection.Out);
    }

    private void ReleaseThrottled()
    {
        // From behind: who goes leaves the list.
        for (int i = _throttled.Count - 1; i >= 0; i--)
        {
            (ApplicationConnection connection, RateLimit limit) = _throttled[i];
            if (connection.IsClosed || limit.MayPass())
            {
                _throttled.RemoveAt(i);
                connection.IsThrottled = false;
                Join(connection);
            }
        }
    }

    /// <summary>What lies in the socket, if anything, has to wait: for a buffer or for credit.</summary>
    private void BeginWait(ApplicationConnection connection)
    {
        if (connection is { WaitsSince: 0, Reads: true, MaybeReadable: true })
        {
            connection.WaitsSince = port.Times.Begin();
        }
    }

    private SendResult OnNothing(ApplicationConnection connection, ReceiveOutcome outcome)
    {
        switch (outcome)
        {
            case ReceiveOutcome.End:
                conversations.Happened(connection, ConversationEvent.InputEnded);
                if (connection.EndsWithItsInput && !connection.IsClosed)
                {
                    conversations.Happened(connection, ConversationEvent.HungUp);
                }

                break;
            case ReceiveOutcome.Reset:
                // Said once: what was sent before it can still be received.
                port.Counters.ClosedUnread++;
                return SendResult.Share;
            default:
                (connection.MaybeReadable, connection.WaitsSince) = (false, 0);
                break;
        }

        return SendResult.Done;
    }

    /// <summary>The conversation that the next addressed message belongs to, a new one if it is the first to that peer. Null: none, or it must wait.</summary>
    private Conversation? Route(ApplicationConnection connection, out ReceiveOutcome found, out bool isDenied)
    {
        found = connection.Peek(out uint destination);
        isDenied = false;
        if (found != ReceiveOutcome.Packet)
        {
            return null;
        }

        connection.BlockedBy = null;
        Conversation? conversation = connection.Conversations.Count > 0 ? connection.Conversations[0].Local.Find(destination) : null;
        if (conversation is null && !port.Access.MaySend(connection.Entry, destination))
        {
            isDenied = true;
            return null;
        }

        if (conversation is null && (conversation = conversations.Reach(connection, destination)) is null)
        {
            port.Counters.Misaddressed++;
            SocketsLog.Misaddressed(port.Log, port.Device, connection.Entry.Path, destination);
            conversations.Abort(connection, FlowCloseReason.Finished);
            return null;
        }

        if (conversation.Sending.Available > 0)
        {
            return conversation;
        }

        connection.BlockedBy = conversation;
        return null;
    }

    private void OnTooLong(ApplicationConnection connection, int length, int maximum)
    {
        port.Counters.TooLong++;
        if (_tooLongPace.MayLog())
        {
            SocketsLog.TooLong(port.Log, port.Device, connection.Entry.Path, length, maximum);
        }

        conversations.Abort(connection, FlowCloseReason.TooLong);
    }
}
