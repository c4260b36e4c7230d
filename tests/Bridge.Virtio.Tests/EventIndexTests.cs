namespace Bridge.Virtio.Tests;

/// <summary>vring_need_event(): the table of its edges, and the plain meaning as an oracle.</summary>
public sealed class EventIndexTests
{
    [Theory]
    //          event   new    old   passed
    [InlineData(0, 1, 0, true)] // the first entry, armed at it
    [InlineData(0, 2, 1, false)] // passed before
    [InlineData(1, 1, 0, false)] // armed at the next one
    [InlineData(1, 2, 0, true)] // in the middle of a batch
    [InlineData(1, 2, 1, true)]
    [InlineData(5, 5, 5, false)] // nothing published
    [InlineData(4, 5, 5, false)]
    [InlineData(65535, 0, 65535, true)] // the entry at 65535 moves the index to 0
    [InlineData(65535, 65535, 65534, false)]
    [InlineData(0, 1, 65535, true)] // a batch across the wrap
    [InlineData(65535, 1, 65535, true)]
    [InlineData(65534, 1, 65535, false)]
    [InlineData(1, 1, 65535, false)]
    [InlineData(0, 0, 65535, false)]
    [InlineData(32768, 32769, 0, true)] // the largest ring at once
    [InlineData(0, 32768, 0, true)]
    [InlineData(32768, 32768, 0, false)]
    [InlineData(3, 2, 3, true)] // 65535 entries at once
    [InlineData(2, 2, 3, false)]
    public void IsPassed_Edge_IsAsSpecified(ushort eventIndex, ushort newIndex, ushort oldIndex, bool passed) =>
        Assert.Equal(passed, EventIndex.IsPassed(eventIndex, newIndex, oldIndex));

    [Fact]
    public void IsPassed_AnyTriple_MeansThatTheEntryWasAmongThosePublished()
    {
        const int Seed = 20260;
        var random = new Random(Seed);
        for (int i = 0; i < 200_000; i++)
        {
            ushort oldIndex = (ushort)random.Next(65536);
            int count = random.Next(i % 2 == 0 ? 8 : 65536);
            ushort eventIndex = (ushort)(oldIndex + random.Next(-4, count + 4));
            bool published = (eventIndex - oldIndex + 65536) % 65536 < count;
            bool passed = EventIndex.IsPassed(eventIndex, (ushort)(oldIndex + count), oldIndex);
            Assert.True(published == passed, $"seed {Seed}: event {eventIndex}, old {oldIndex}, {count} published");
        }
    }
}
