namespace Bridge.Virtio.Tests;

/// <summary>The driver's side against a device that may do anything to memory.</summary>
public sealed class DriverQueueTests
{
    [Theory]
    [InlineData(4u)]
    [InlineData(0x8000_0000u)]
    [InlineData(0xffff_ffffu)]
    [InlineData(0x1_0000u)] // 0 when cut to 16 bits
    public void TryTakeUsed_IdBeyondTheTable_IsUsedIdOutOfRange(uint id)
    {
        using var rig = new Rig(4);
        DriverQueue driver = rig.CreateDriver();
        var device = new FakeDevice(rig);
        Assert.True(driver.TryAdd([rig.Buffer(0)], [], 0, out _));
        device.Publish(id, 0);
        AssertBroken(RingFault.UsedIdOutOfRange, () => driver.TryTakeUsed(out _));
        AssertBroken(RingFault.UsedIdOutOfRange, () => driver.TryTakeUsed(out _));
        Assert.Equal(1, driver.InFlight);
        Assert.Equal(3, driver.FreeDescriptors);
    }

    [Fact]
    public void TryTakeUsed_FreeDescriptor_IsUsedIdNotOutstanding()
    {
        using var rig = new Rig(4);
        DriverQueue driver = rig.CreateDriver();
        var device = new FakeDevice(rig);
        Assert.True(driver.TryAdd([rig.Buffer(0)], [], 0, out ushort head));
        device.Publish(head + 1u, 0);
        AssertBroken(RingFault.UsedIdNotOutstanding, () => driver.TryTakeUsed(out _));
        Assert.Equal(1, driver.InFlight);
    }

    [Fact]
    public void TryTakeUsed_MiddleOfAChain_IsUsedIdNotOutstanding()
    {
        using var rig = new Rig(4);
        DriverQueue driver = rig.CreateDriver();
        var device = new FakeDevice(rig);
        Assert.True(driver.TryAdd([rig.Buffer(0), rig.Buffer(1)], [], 0, out ushort head));
        device.Publish(head + 1u, 0);
        AssertBroken(RingFault.UsedIdNotOutstanding, () => driver.TryTakeUsed(out _));
    }

    [Fact]
    public void TryTakeUsed_SameHeadTwice_IsUsedIdNotOutstanding()
    {
        using var rig = new Rig(4);
        DriverQueue driver = rig.CreateDriver();
        var device = new FakeDevice(rig);
        Assert.True(driver.TryAdd([rig.Buffer(0)], [], 0, out ushort head));
        Assert.True(driver.TryAdd([rig.Buffer(1)], [], 1, out _));
        device.Publish(head, 0);
        device.Publish(head, 0);
        Assert.True(driver.TryTakeUsed(out _));
        AssertBroken(RingFault.UsedIdNotOutstanding, () => driver.TryTakeUsed(out _));
        Assert.Equal(1, driver.InFlight);
    }

    [Theory]
    [InlineData(0, 2)] // one more than is outstanding
    [InlineData(0, 0xffff)] // gone back
    [InlineData(0xffff, 1)]
    [InlineData(0xffff, 0xfffe)]
    [InlineData(0xffff, 0x7fff)]
    public void TryTakeUsed_IndexBeyondWhatIsOutstanding_IsUsedIndexJump(int start, int index)
    {
        using var rig = new Rig(4, start: (ushort)start);
        DriverQueue driver = rig.CreateDriver();
        var device = new FakeDevice(rig);
        Assert.True(driver.TryAdd([rig.Buffer(0)], [], 0, out _));
        device.UsedIndex = (ushort)index;
        AssertBroken(RingFault.UsedIndexJump, () => driver.TryTakeUsed(out _));
        AssertBroken(RingFault.UsedIndexJump, () => driver.HasUsed);
        AssertBroken(RingFault.UsedIndexJump, () => driver.EnableNotifications());
        Assert.Equal(1, driver.InFlight);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void TryTakeUsed_DeviceScribblesOverTheRing_DriversOwnNotesHold(bool indirect)
    {
        using var rig = new Rig(8, new RingOptions(Indirect: indirect));
        DriverQueue driver = rig.CreateDriver();
        var device = new FakeDevice(rig);
        Segment[] readable = [rig.Buffer(0), rig.Buffer(1)];
        Segment[] writable = [rig.Buffer(2)];
        for (int round = 0; round < 100; round++)
        {
            Assert.True(driver.TryAdd(readable, writable, round, out ushort first));
            Assert.True(driver.TryAdd(readable, writable, -round, out ushort second));
            Assert.NotEqual(first, second);
            device.ScribbleOverDriverMemory((byte)(round * 37));
            device.Publish(second, 1);
            device.Publish(first, uint.MaxValue);
            Assert.True(driver.TryTakeUsed(out UsedElement used));
            Assert.Equal(new UsedElement(second, 1, -round), used);
            Assert.True(driver.TryTakeUsed(out used));
            Assert.Equal(new UsedElement(first, uint.MaxValue, round), used); // the length is passed on as reported
            Assert.Equal(8, driver.FreeDescriptors);
        }
    }

    [Fact]
    public void TryAdd_NoSegment_Throws()
    {
        using var rig = new Rig(4);
        Assert.Throws<ArgumentException>(() => rig.CreateDriver().TryAdd([], [], 0, out _));
    }

    [Fact]
    public void TryAdd_SegmentOutsideTheWindow_ThrowsAndWritesNothing()
    {
        using var rig = new Rig(4);
        DriverQueue driver = rig.CreateDriver();
        byte[] before = rig.RingBytes.ToArray();
        var outside = new Segment(Rig.Base - 1, 2);
        Assert.Throws<ArgumentException>(() => driver.TryAdd([outside], [], 0, out _));
        Assert.Throws<ArgumentException>(() => driver.TryAdd([rig.Buffer(0)], [outside], 0, out _));
        Assert.Equal(4, driver.FreeDescriptors);
        Assert.Equal(0, driver.InFlight);
        Assert.False(driver.ShouldNotify());
        Assert.Equal(before, rig.RingBytes.ToArray());
    }

    [Fact]
    public void TryAdd_ChainThatCanNeverFit_Throws()
    {
        using var rig = new Rig(2, new RingOptions(Indirect: true));
        DriverQueue driver = rig.CreateDriver();
        Segment one = rig.Buffer(0);
        Assert.Throws<ArgumentException>(() => driver.TryAdd([one, one], [one], 0, out _));
        using var narrow = new Rig(4, new RingOptions(MaximumSegments: 2));
        DriverQueue narrowDriver = narrow.CreateDriver();
        Assert.Throws<ArgumentException>(() => narrowDriver.TryAdd([one, one], [one], 0, out _));
        Assert.True(narrowDriver.TryAdd([one, one], [], 0, out _));
    }

    [Fact]
    public void TryAdd_MoreThan4GiB_Throws()
    {
        using var rig = new Rig(4);
        var window = new Window(new WindowRegion(Rig.Base, rig.Memory), new WindowRegion(1ul << 48, new ClaimedMemory(1ul << 40)));
        var driver = new DriverQueue(window, rig.Layout, rig.Options);
        var most = new Segment(1ul << 48, uint.MaxValue);
        Assert.Throws<ArgumentException>(() => driver.TryAdd([most], [new Segment(1ul << 48, 2)], 0, out _));
        Assert.True(driver.TryAdd([most], [new Segment(1ul << 48, 1)], 0, out _));
    }

    [Fact]
    public void TryAdd_TooLongForATable_GoesDirect()
    {
        using var rig = new Rig(16, new RingOptions(Indirect: true));
        DriverQueue driver = rig.CreateDriver();
        Segment[] segments = [.. Enumerable.Range(0, Rig.TableEntries + 1).Select(i => rig.Buffer(i))];
        Assert.True(driver.TryAdd(segments, [], 0, out _));
        Assert.Equal(16 - segments.Length, driver.FreeDescriptors);
        Assert.False(driver.TryAdd(segments, [], 1, out ushort head));
        Assert.Equal(0, head);
        Assert.True(driver.TryAdd(segments.AsSpan(1), [], 2, out _)); // just fits a table, so it takes one descriptor
        Assert.Equal(15 - segments.Length, driver.FreeDescriptors);

        DeviceQueue device = rig.CreateDevice();
        var chain = new Chain();
        Assert.True(device.TryTake(chain));
        Assert.Equal(segments, chain.Readable.ToArray());
        Assert.True(device.TryTake(chain));
        Assert.Equal(segments[1..], chain.Readable.ToArray());
    }

    [Fact]
    public void TryAdd_IndirectNotNegotiated_NeverUsesTables()
    {
        using var rig = new Rig(4, new RingOptions(Indirect: false));
        DriverQueue driver = rig.CreateDriver();
        Assert.True(driver.TryAdd([rig.Buffer(0), rig.Buffer(1)], [], 0, out _));
        Assert.Equal(2, driver.FreeDescriptors);
    }

    [Fact]
    public void DriverQueue_BadTables_Throw()
    {
        using var rig = new Rig(4, new RingOptions(Indirect: true));
        void Create(IndirectTables tables) => _ = new DriverQueue(rig.Window, rig.Layout, rig.Options, tables);
        Assert.Throws<ArgumentException>(() => Create(rig.Tables with { Address = rig.Tables.Address + 8 }));
        Assert.Throws<ArgumentException>(() => Create(rig.Tables with { TableEntries = 0 }));
        Assert.Throws<ArgumentException>(() => Create(rig.Tables with { TableEntries = 1025 }));
        Assert.Throws<ArgumentException>(() => Create(rig.Tables with { TableEntries = 1024 }));
        Assert.Throws<ArgumentException>(() => Create(rig.Tables with { Address = 0 }));
    }

    [Fact]
    public void DriverQueue_BadLayout_Faults()
    {
        using var rig = new Rig(4);
        AssertBroken(RingFault.BadSize, () => new DriverQueue(rig.Window, rig.Layout with { Size = 6 }, rig.Options));
        AssertBroken(RingFault.Misaligned, () => new DriverQueue(rig.Window, rig.Layout with { Used = rig.Layout.Used + 2 }, rig.Options));
        AssertBroken(RingFault.OutsideWindow, () => new DriverQueue(rig.Window, rig.Layout with { Available = 0 }, rig.Options));
    }

    [Fact]
    public void DriverQueue_DirtyMemory_IsZeroedAndStartsWhereTold()
    {
        using var rig = new Rig(4, new RingOptions(EventIndex: true), start: 65535);
        rig.RingBytes.Fill(0xee);
        rig.CreateDriver();
        Assert.Equal(new RingIndices(65535, 65535), RingIndices.Read(rig.Window, rig.Layout, littleEndian: true));
        Assert.False(rig.Window.GetSpan(rig.Layout.Descriptors, 64).ContainsAnyExcept((byte)0));
        var device = new FakeDevice(rig);
        Assert.Equal(0, device.AvailableFlags);
        Assert.Equal(65535, device.UsedEvent);
    }

    private static void AssertBroken(RingFault fault, Func<object?> action)
    {
        RingFaultException thrown = Assert.Throws<RingFaultException>(action);
        Assert.Equal(fault, thrown.Fault);
        Assert.Null(thrown.Head);
    }
}
