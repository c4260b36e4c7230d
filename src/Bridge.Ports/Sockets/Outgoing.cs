using Bridge.Linux;

namespace Bridge.Ports.Sockets;

/// <summary>From the applications' sockets to the ring, each message straight into the transmit buffer, all applications in turn.</summary>
internal sealed class Outgoing(PortScope port, ConversationTable conversations)
{
    // Messages of one application before the next one's turn comes.
    private const int MessagesPerApplication = 16;

    // Messages of all applications per pump.
    private const int SendBudget = 256;

    private readonly Queue<ApplicationConnection> _round = new();
    private readonly LogPace _tooLongPace = new(port.Time);

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

    /// <summary>Whoever may send gets a place in the round, once.</summary>
    public void Join(ApplicationConnection connection)
    {
        if (!connection.InRound && connection.MaySend)
        {
            connection.InRound = true;
            _round.Enqueue(connection);
        }
    }

    /// <summary>The life of the device is over: nobody can send.</summary>
    public void Clear()
    {
        while (_round.TryDequeue(out ApplicationConnection? connection))
        {
            connection.InRound = false;
        }
    }

    /// <summary>Lets every application that has something send its share, in turn. True: the budget is used up and somebody has more.</summary>
    public bool SendRound()
    {
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
                conversations.Fail(connection, failure);
                result = SendResult.Done;
            }

            if (result == SendResult.NoBuffer)
            {
                // It keeps its place: buffers come back one by one, and the first in line gets the first.
                return false;
            }

            _round.Dequeue();
            connection.InRound = false;
            if (result == SendResult.Share)
            {
                Join(connection);
            }

            conversations.Touched.Add(connection);
        }

        return _round.Count > 0;
    }

    private SendResult SendShare(ApplicationConnection connection, ref int budget)
    {
        for (int i = 0; i < MessagesPerApplication; i++)
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
                conversation = Route(connection, out ReceiveOutcome found);
                if (conversation is null)
                {
                    return found == ReceiveOutcome.Packet ? SendResult.Done : OnNothing(connection, found);
                }
            }

            if (!port.Bus.TryReserve(out Span<byte> payload))
            {
                BeginWait(connection);
                return SendResult.NoBuffer;
            }

            budget--;
            ReceiveOutcome outcome = connection.Receive(payload, out int length);
            if (outcome == ReceiveOutcome.Packet && length <= payload.Length)
            {
                port.Bus.Commit(conversation.Local.Address, conversation.Remote, length);
                conversation.Sending.OnSent();
                conversation.Sent++;
                port.Counters.FromApplications++;
                if (connection.WaitsSince != 0)
                {
                    port.Times.InRing(connection.WaitsSince);
                    connection.WaitsSince = 0;
                }
            }
            else if (outcome == ReceiveOutcome.Packet)
            {
                OnTooLong(connection, length, payload.Length);
                return SendResult.Done;
            }
            else
            {
                return OnNothing(connection, outcome);
            }
        }

        return SendResult.Share;
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
    private Conversation? Route(ApplicationConnection connection, out ReceiveOutcome found)
    {
        found = connection.Peek(out uint destination);
        if (found != ReceiveOutcome.Packet)
        {
            return null;
        }

        connection.BlockedBy = null;
        Conversation? conversation = connection.Conversations.Count > 0 ? connection.Conversations[0].Local.Find(destination) : null;
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
