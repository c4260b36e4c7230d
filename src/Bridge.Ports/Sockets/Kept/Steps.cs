using Bridge.Linux;
using Bridge.Virtio;

namespace Bridge.Ports.Sockets.Kept;

/// <summary>Writes down what is about to happen to a message, so that a successor can finish or forget it: see <see cref="StepKind"/>.</summary>
/// <param name="kept">Where conversations' records lie.</param>
/// <param name="file">The same memory.</param>
internal sealed class Steps(KeptSockets kept, StateFile file)
{
    private bool _isUnderWay;

    /// <summary>Of the packets that are under way.</summary>
    public MessagePassage Passage { get; } = new(file, KeptLayout.Passage, KeptLayout.LargestBatch);

    /// <summary>What a successor would find.</summary>
    public StepKind UnderWay => Record.Kind;

    private ref StepRecord Record => ref file.At<StepRecord>(KeptLayout.Step);

    /// <summary>Something is about to happen; what was before is over, and recorded.</summary>
    /// <param name="kind">What.</param>
    /// <param name="slot">Of which conversation, or control message; negative: of none that is kept.</param>
    /// <param name="position">Where the ring stands that will tell.</param>
    /// <param name="after">The conversation's flow record when it has happened.</param>
    public void Begin(StepKind kind, int slot, ushort position, in FlowRecord after) => Begin(kind, slot, position, after, count: 1);

    /// <summary>The same of a batch of packets.</summary>
    /// <param name="kind">What.</param>
    /// <param name="slot">Of which conversation; negative: of one of which nothing is kept.</param>
    /// <param name="position">Where the ring stands that will tell.</param>
    /// <param name="before">The conversation's flow record as it is: it is changed when all is over, and how far it has come by then can be told at any moment.</param>
    /// <param name="count">Packets, 1..<see cref="KeptLayout.LargestBatch"/>.</param>
    public void BeginBatch(StepKind kind, int slot, ushort position, in FlowRecord before, int count) => Begin(kind, slot, position, before, count);

    /// <summary>It has happened as far as this process is concerned; the step stays until the next one, or until <see cref="End"/>.</summary>
    public void Happened(ref FlowRecord flow)
    {
        BatchHappened(ref flow, Record.Flow);
    }

    /// <summary>The batch has come as far as it will; the step stays until the next one, or until <see cref="End"/>.</summary>
    public static void BatchHappened(ref FlowRecord flow, in FlowRecord after)
    {
        StoreTrace.Point();
        flow = after;
        StoreTrace.Point();
    }

    /// <summary>A conversation's record changes, all of it or nothing.</summary>
    public void Change(Conversation conversation, in FlowRecord after)
    {
        Begin(StepKind.Change, conversation.Slot, position: 0, after);
        Happened(ref conversation.Flow);
        End();
    }

    /// <summary>A received message of a conversation is where it belongs; its buffer is about to be given back.</summary>
    public void Take(Conversation conversation, ushort position, in FlowRecord after)
    {
        Begin(StepKind.Taken, conversation.Slot, position, after);
        Happened(ref conversation.Flow);
    }

    /// <summary>Nothing is under way any more: it has happened and is recorded, or it has not happened.</summary>
    public void End()
    {
        if (_isUnderWay)
        {
            Volatile.Write(ref Record.KindValue, (uint)StepKind.None);
            _isUnderWay = false;
            StoreTrace.Point();
        }

        kept.ClearJournal();
    }

    /// <summary>What a predecessor was about to do.</summary>
    public StepRecord ReadPredecessors()
    {
        StepRecord record = Record;
        _isUnderWay = record.Kind != StepKind.None;
        return record;
    }

    private void Begin(StepKind kind, int slot, ushort position, in FlowRecord flow, int count)
    {
        kept.CommitChanges();
        End();
        ref StepRecord record = ref Record;
        (record.Slot, record.Position, record.Count) = (slot, position, count);
        record.Flow = flow;
        Passage.Begin(count);
        StoreTrace.Point();
        Volatile.Write(ref record.KindValue, (uint)kind);
        _isUnderWay = true;
        StoreTrace.Point();
    }
}
