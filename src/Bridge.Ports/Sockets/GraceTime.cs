namespace Bridge.Ports.Sockets;

/// <summary>How long conversations wait for another application, and who has waited long enough.</summary>
internal sealed class GraceTime(PortScope port, ConversationTable conversations)
{
    /// <summary>One of them waits for a limited time.</summary>
    public bool IsRunning { get; private set; }

    /// <summary>The application has gone and its place is kept for a while.</summary>
    public void Begin(Conversation conversation)
    {
        TimeSpan grace = conversation.Entry.Terms.Grace;
        conversation.Deadline = port.Time.GetTimestamp() + (long)(grace.TotalSeconds * port.Time.TimestampFrequency);
        IsRunning = true;
        SocketsLog.Awaited(port.Log, port.Device, conversation.Entry.Path, grace.TotalSeconds);
    }

    /// <summary>A predecessor's conversation goes on waiting; timestamps of one boot can be compared.</summary>
    public void Resume(Conversation conversation) => IsRunning |= conversation.Deadline is not null;

    /// <summary>Ends those for which nobody came in time.</summary>
    public void Expire()
    {
        if (!IsRunning)
        {
            return;
        }

        long now = port.Time.GetTimestamp();
        IsRunning = false;
        for (int i = conversations.All.Count - 1; i >= 0; i--)
        {
            Conversation conversation = conversations.All[i];
            if (conversation.Deadline is not { } deadline)
            {
                continue;
            }

            if (deadline > now)
            {
                IsRunning = true;
                continue;
            }

            SocketsLog.GraceOver(port.Log, port.Device, conversation.Entry.Path, conversation.QueuedMessages);
            conversations.Happened(conversation, ConversationEvent.Expired);
        }
    }
}
