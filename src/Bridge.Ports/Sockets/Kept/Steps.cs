using Bridge.Linux;
using Bridge.Virtio;

namespace Bridge.Ports.Sockets.Kept;

/// <summary>Writes down what is about to happen to a message, so that a successor can finish or forget it: see <see cref="StepKind"/>.</summary>
/// <param name="kept">Where conversations' records lie.</param>
/// <param name="file">The same memory.</param>
internal sealed class Steps(KeptSockets kept, StateFile file)
{
    private bool _isUnderWay;

    /// <summary>Of the packet that is under way.</summary>
    public MessagePassage Passage { get; } = new(file, KeptLayout.Passage);

    /// <summary>What a successor would find.</summary>
    public StepKind UnderWay => Record.Kind;

    private ref StepRecord Record => ref file.At<StepRecord>(KeptLayout.Step);

    /// <summary>Something is about to happen; what was before is over, and recorded.</summary>
    /// <param name="kind">What.</param>
    /// <param name="slot">Of which conversation, or control message; negative: of none that is kept.</param>
    /// <param name="position">Where the ring stands that will tell.</param>
    /// <param name="after">The conversation's flow record when it has happened.</param>
    public void Begin(StepKind kind, int slot, ushort position, in FlowRecord after)
    {
        kept.CommitChanges();
        End();
        ref StepRecord record = ref Record;
        (record.Slot, record.Position) = (slot, position);
        record.After = after;
        Passage.Begin();
        StoreTrace.Point();
        Volatile.Write(ref record.KindValue, (uint)kind);
        _isUnderWay = true;
        StoreTrace.Point();
    }

    /// <summary>It has happened as far as this process is concerned; the step stays until the next one, or until <see cref="End"/>.</summary>
    public void Happened(ref FlowRecord flow)
    {
        StoreTrace.Point();
        flow = Record.After;
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
}
