using Bridge.Link;

namespace Bridge.Relay.Tests;

public sealed class LaneInboxTests
{
    private static FrameHeader Header(int number, uint connection = 1) => new(FrameHeader.Size, 0, FrameType.Posted, 0, 1, connection, 0, (uint)number);

    [Fact]
    public void Take_GivesAllInTheOrderInWhichItCame()
    {
        var inbox = new LaneInbox();
        var output = new LaneOutput(1, 4);
        inbox.PutUp(output);
        Assert.True(inbox.TryPut(Header(0, 4), [1, 2], 1000));
        Assert.True(inbox.TryPut(Header(1, 4), [], 1000));
        Assert.True(inbox.TryPut(Header(2, 4), [3], 1000));
        inbox.PutDown(4);
        inbox.PutUp(output);

        LaneInbox.Store store = inbox.Take();
        Assert.Equal(
            [LaneInbox.EntryKind.Up, LaneInbox.EntryKind.Frame, LaneInbox.EntryKind.Frame, LaneInbox.EntryKind.Frame, LaneInbox.EntryKind.Down, LaneInbox.EntryKind.Up],
            store.Entries.Select(entry => entry.Kind));
        Assert.Equal([0, 2, 0, 1, 0, 0], store.Entries.Select(entry => entry.Length));
        Assert.Equal([0u, 1u, 2u], store.Entries.Where(entry => entry.Kind == LaneInbox.EntryKind.Frame).Select(entry => entry.Header.Sequence));
        Assert.Equal(4u, store.Entries[4].Header.Connection);
        Assert.Same(output, store.Entries[0].Output);
        Assert.Equal<byte>([1, 2, 3], store.Bytes.ToArray());
        Assert.Empty(inbox.Take().Entries);
    }

    [Fact]
    public void Take_WhileMoreComes_KeepsTheTwoApart()
    {
        var inbox = new LaneInbox();
        inbox.TryPut(Header(0), [1], 1000);
        LaneInbox.Store first = inbox.Take();
        inbox.TryPut(Header(1), [2], 1000);
        Assert.Equal<byte>([1], first.Bytes.ToArray());
        Assert.Equal<byte>([2], inbox.Take().Bytes.ToArray());
    }

    [Fact]
    public void TryPut_BeyondTheLimit_TakesNothingOfIt()
    {
        var inbox = new LaneInbox();
        Assert.True(inbox.TryPut(Header(0), new byte[10], limit: 10 + FrameHeader.Size));
        Assert.False(inbox.TryPut(Header(1), [], limit: 10 + FrameHeader.Size));
        Assert.True(inbox.TryPut(Header(2), [], limit: 10 + 2 * FrameHeader.Size));
        LaneInbox.Store store = inbox.Take();
        Assert.Equal([0u, 2u], store.Entries.Select(entry => entry.Header.Sequence));
        // What was taken counts no more.
        Assert.True(inbox.TryPut(Header(3), new byte[10], limit: 10 + FrameHeader.Size));
    }

    [Fact]
    public void TryPut_FramesWithoutPayload_DoNotPileUp()
    {
        var inbox = new LaneInbox();
        int taken = 0;
        while (taken < 10_000 && inbox.TryPut(Header(taken), [], limit: 1000))
            taken++;
        Assert.Equal(1000 / FrameHeader.Size, taken);
    }

    [Fact]
    public void Connections_AreTakenWhateverTheLimit()
    {
        var inbox = new LaneInbox();
        while (inbox.TryPut(Header(0), [], limit: 1000))
        {
        }

        inbox.PutDown(1);
        Assert.Equal(LaneInbox.EntryKind.Down, inbox.Take().Entries[^1].Kind);
    }

    [Fact]
    public void Store_AfterARareLargeBurst_GivesItsMemoryBack()
    {
        var inbox = new LaneInbox();
        byte[] payload = new byte[60_000];
        for (int i = 0; i < 40; i++)
            Assert.True(inbox.TryPut(Header(i), payload, long.MaxValue));
        Assert.Equal(40 * payload.Length, inbox.Take().Length);
        inbox.Take();
        inbox.Take();
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.True(inbox.TryPut(Header(0), payload, long.MaxValue));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, FrameHeader.MaximumFrame, 2 * FrameHeader.MaximumFrame);
    }
}
