using Bridge.Linux;

namespace Bridge.Ports.Sockets;

// From the applications' sockets to the ring, each message straight into the transmit buffer.
internal sealed partial class LocalSockets
{
    // Messages of one application before the next one's turn comes.
    private const int MessagesPerApplication = 16;

    // Messages of all applications per pump.
    private const int SendBudget = 256;

    private readonly Queue<Conversation> _round = new();
    private readonly LogPace _tooLongPace;

    private enum SendResult
    {
        /// <summary>The socket is empty, the credit used up, or the conversation over.</summary>
        Done,

        /// <summary>The share of this round is used up.</summary>
        Share,

        /// <summary>No transmit buffer is free, for nobody.</summary>
        NoBuffer,
    }

    /// <summary>Something was seen on an application's socket.</summary>
    internal void OnReady(Conversation conversation, PollEvents events)
    {
        Touch(conversation);
        if ((events & PollEvents.Out) != 0)
        {
            try
            {
                FlushQueue(conversation);
            }
            catch (LinuxException failure)
            {
                Fail(conversation, failure);
            }
        }

        if (conversation.Reads)
        {
            // A hang-up too: what lies in the socket is received first, then the end.
            conversation.MaybeReadable = true;
        }
        else if ((events & (PollEvents.HangUp | PollEvents.Error)) != 0)
        {
            Happened(conversation, ConversationEvent.HungUp);
        }
    }

    private void JoinRound(Conversation conversation)
    {
        if (!conversation.InRound && conversation.MaySend)
        {
            conversation.InRound = true;
            _round.Enqueue(conversation);
        }
    }

    /// <summary>Lets every application that has something send its share, in turn. True: the budget is used up and somebody has more.</summary>
    private bool SendRound()
    {
        if (!_bus.Attached)
        {
            return false;
        }

        for (int budget = SendBudget; budget > 0 && _round.TryPeek(out Conversation? conversation);)
        {
            SendResult result;
            try
            {
                result = SendShare(conversation, ref budget);
            }
            catch (LinuxException failure)
            {
                Fail(conversation, failure);
                result = SendResult.Done;
            }

            if (result == SendResult.NoBuffer)
            {
                // It keeps its place: buffers come back one by one, and the first in line gets the first.
                return false;
            }

            _round.Dequeue();
            conversation.InRound = false;
            if (result == SendResult.Share)
            {
                JoinRound(conversation);
            }

            Touch(conversation);
        }

        return _round.Count > 0;
    }

    private SendResult SendShare(Conversation conversation, ref int budget)
    {
        for (int i = 0; i < MessagesPerApplication; i++)
        {
            if (!conversation.MaySend)
            {
                return SendResult.Done;
            }

            if (!_bus.TryReserve(out Span<byte> payload))
            {
                return SendResult.NoBuffer;
            }

            budget--;
            switch (conversation.Socket.Receive(payload, out int length))
            {
                case ReceiveOutcome.Packet when length <= payload.Length:
                    _bus.Commit(conversation.Local.Address, conversation.Remote, length);
                    conversation.Sending.OnSent();
                    conversation.Sent++;
                    Counters.FromApplications++;
                    break;
                case ReceiveOutcome.Packet:
                    OnTooLong(conversation, length, payload.Length);
                    return SendResult.Done;
                case ReceiveOutcome.Reset:
                    Counters.ClosedUnread++;
                    break;
                case ReceiveOutcome.End:
                    Happened(conversation, ConversationEvent.InputEnded);
                    return SendResult.Done;
                default:
                    conversation.MaybeReadable = false;
                    return SendResult.Done;
            }
        }

        return SendResult.Share;
    }

    private void OnTooLong(Conversation conversation, int length, int maximum)
    {
        Counters.TooLong++;
        if (_tooLongPace.MayLog())
        {
            SocketsLog.TooLong(_log, _options.Device, conversation.Entry.Path, length, maximum);
        }

        Happened(conversation, ConversationEvent.Aborted, FlowCloseReason.TooLong);
    }
}
