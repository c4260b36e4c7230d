using Bridge.Linux;
using Bridge.Ports.Sockets.Kept;

namespace Bridge.Ports.Sockets;

// Packets that go together: many messages per system call.
internal sealed partial class Incoming
{
    /// <summary>The first message of a turn goes at once, those that follow it together.</summary>
    private void BeginGathering(ApplicationConnection connection)
    {
        if (connection is PacketConnection { Gathers: false } packets)
        {
            packets.Gathers = true;
            conversations.Touched.Add(connection);
        }
    }

    private static bool IsGathering(Conversation conversation) => conversation.Connection is PacketConnection { Gathers: true };

    /// <summary>What has not gone by now waits.</summary>
    private void EndGathering(Conversation conversation)
    {
        if (conversation.Connection is PacketConnection { Gathers: true } packets)
        {
            packets.Gathers = false;
            port.Counters.Queued += conversation.QueuedMessages;
        }
    }

    private void OnQueued(Conversation conversation)
    {
        if (!IsGathering(conversation))
        {
            port.Counters.Queued++;
            conversations.Touched.Add(conversation);
        }
        else if (conversation.QueuedMessages >= Math.Min(port.Kept.Layout.Batch, port.Capacity))
        {
            FlushBatches(conversation);
            if (conversation.QueuedMessages > 0)
            {
                EndGathering(conversation);
            }
        }
    }

    /// <summary>Hands the packets over that waited longest, as many as can go together.</summary>
    private SendOutcome HandPackets(Conversation conversation, PacketConnection connection)
    {
        FlowRecord after = conversation.Flow;
        Span<PacketPlace> places = stackalloc PacketPlace[conversation.In.Limit is null ? port.Kept.Layout.Batch : 1];
        int count = conversation.Places.Gather(after.Queue, port.Capacity, places, out ReadOnlySpan<byte> memory);
        if (count == 0)
        {
            // An empty one.
            return HandFirst(conversation, connection);
        }

        _steps.BeginBatch(StepKind.Flush, conversation.Slot, position: 0, after, count);
        SendOutcome outcome = connection.Send(memory, places[..count], out int sent);
        if (outcome != SendOutcome.Sent)
        {
            _steps.End();
            return outcome;
        }

        after.OnFlushed(sent, port.Capacity);
        Steps.BatchHappened(ref conversation.Flow, after);
        conversation.In.Limit?.Passed(places[0].Length);
        port.Counters.ToApplications += sent;
        return outcome;
    }
}
