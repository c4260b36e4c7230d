namespace Bridge.Virtio.Tests;

/// <summary>Every fault that a hostile driver can cause, by raw ring memory.</summary>
public sealed class DeviceQueueFaultTests
{
    private static readonly RingOptions Indirect = new(Indirect: true);

    // ---- The ring itself is broken: no head, the queue does not move --------------------------------------------------------------------------

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(-4)]
    [InlineData(65536)]
    public void DeviceQueue_BadSize_Faults(int size)
    {
        using var rig = new Rig(4);
        AssertBroken(RingFault.BadSize, () => new DeviceQueue(rig.Window, rig.Layout with { Size = size }, rig.Options));
    }

    [Fact]
    public void DeviceQueue_MisalignedParts_Fault()
    {
        using var rig = new Rig(4);
        AssertBroken(RingFault.Misaligned, () => new DeviceQueue(rig.Window, rig.Layout with { Descriptors = Rig.Base + 8 }, rig.Options));
        AssertBroken(RingFault.Misaligned, () => new DeviceQueue(rig.Window, rig.Layout with { Available = Rig.Base + 1 }, rig.Options));
        AssertBroken(RingFault.Misaligned, () => new DeviceQueue(rig.Window, rig.Layout with { Used = Rig.Base + 2 }, rig.Options));
    }

    [Fact]
    public void DeviceQueue_AlignedAddressInUnalignedMemory_Faults()
    {
        using var memory = new HeapMemory(65536);
        var window = new Window(new WindowRegion(0, memory, 1, 65535));
        AssertBroken(RingFault.Misaligned, () => new DeviceQueue(window, RingLayout.Packed(0, 4), new RingOptions()));
    }

    [Fact]
    public void DeviceQueue_PartsOutsideTheWindow_Fault()
    {
        using var rig = new Rig(4);
        ulong last = Rig.Base + rig.Memory.Size;
        AssertBroken(RingFault.OutsideWindow, () => new DeviceQueue(rig.Window, rig.Layout with { Descriptors = last & ~15ul }, rig.Options));
        AssertBroken(RingFault.OutsideWindow, () => new DeviceQueue(rig.Window, rig.Layout with { Available = Rig.Base - 2 }, rig.Options));
        AssertBroken(RingFault.OutsideWindow, () => new DeviceQueue(rig.Window, rig.Layout with { Used = ulong.MaxValue - 3 }, rig.Options));
        AssertBroken(RingFault.OutsideWindow, () => new DeviceQueue(rig.Window, rig.Layout with { Used = (last - 36) & ~3ul }, rig.Options));
    }

    [Theory]
    [InlineData(0, 5)]
    [InlineData(0, 0xffff)] // gone back
    [InlineData(0xfffe, 3)]
    [InlineData(0xfffe, 0xfffd)]
    public void TryTake_IndexFurtherThanTheRing_IsIndexJump(int start, int index)
    {
        using var rig = new Rig(4, start: (ushort)start);
        var driver = new FakeDriver(rig);
        DeviceQueue device = rig.CreateDevice();
        driver.AvailableIndex = (ushort)index;
        AssertBroken(RingFault.IndexJump, () => device.HasAvailable);
        AssertBroken(RingFault.IndexJump, () => device.TryTake(new Chain()));
        AssertBroken(RingFault.IndexJump, () => device.EnableNotifications());
        Assert.Equal(start, device.NextAvailable);
        Assert.Equal(0, device.InFlight);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(0x8000)]
    [InlineData(0xffff)]
    public void TryTake_HeadBeyondTheTable_IsHeadOutOfRange(int head)
    {
        using var rig = new Rig(4);
        var driver = new FakeDriver(rig);
        DeviceQueue device = rig.CreateDevice();
        driver.Publish(head);
        AssertBroken(RingFault.HeadOutOfRange, () => device.TryTake(new Chain()));
        Assert.Equal(0, device.NextAvailable);
        Assert.Equal(0, device.InFlight);
    }

    [Fact]
    public void TryTake_HeadStillInFlight_IsHeadInUse()
    {
        using var rig = new Rig(4);
        var driver = new FakeDriver(rig);
        DeviceQueue device = rig.CreateDevice();
        driver.Descriptor(2, rig.Buffer(0));
        driver.Publish(2);
        driver.Publish(2);
        Assert.True(device.TryTake(new Chain()));
        AssertBroken(RingFault.HeadInUse, () => device.TryTake(new Chain()));
        Assert.Equal(1, device.NextAvailable);
        Assert.Equal(1, device.InFlight);

        device.Push(2, 0);
        Assert.True(device.TryTake(new Chain()));
    }

    // ---- One chain is bad: its head is given, the next chain is good -----------------------------------------------------------------------------

    [Fact]
    public void TryTake_NextBeyondTheTable_IsNextOutOfRange() => AssertBadChain(RingFault.NextOutOfRange, (driver, rig) =>
        driver.Descriptor(0, rig.Buffer(0), FakeDriver.Next, next: 8));

    [Fact]
    public void TryTake_DescriptorNamesItself_IsChainTooLong() => AssertBadChain(RingFault.ChainTooLong, (driver, rig) =>
        driver.Descriptor(0, rig.Buffer(0), FakeDriver.Next, next: 0));

    [Fact]
    public void TryTake_Loop_IsChainTooLong() => AssertBadChain(RingFault.ChainTooLong, (driver, rig) =>
    {
        driver.Descriptor(0, rig.Buffer(0), FakeDriver.Next, next: 3);
        driver.Descriptor(3, rig.Buffer(0), FakeDriver.Next, next: 2);
        driver.Descriptor(2, rig.Buffer(0), FakeDriver.Next, next: 3);
    });

    [Fact]
    public void TryTake_MoreSegmentsThanAccepted_IsChainTooLong() => AssertBadChain(
        RingFault.ChainTooLong,
        (driver, rig) =>
        {
            driver.Descriptor(0, rig.Buffer(0), FakeDriver.Next, next: 1);
            driver.Descriptor(1, rig.Buffer(1), FakeDriver.Next, next: 2);
            driver.Descriptor(2, rig.Buffer(2));
        },
        new RingOptions(MaximumSegments: 2));

    [Fact]
    public void TryTake_ReadableAfterWritable_Faults() => AssertBadChain(RingFault.ReadableAfterWritable, (driver, rig) =>
    {
        driver.Descriptor(0, rig.Buffer(0), FakeDriver.Write | FakeDriver.Next, next: 1);
        driver.Descriptor(1, rig.Buffer(1));
    });

    [Fact]
    public void TryTake_EmptyReadableAfterEmptyWritable_Faults() => AssertBadChain(RingFault.ReadableAfterWritable, (driver, rig) =>
    {
        driver.Descriptor(0, rig.Buffer(0, 0), FakeDriver.Write | FakeDriver.Next, next: 1);
        driver.Descriptor(1, rig.Buffer(1, 0));
    });

    [Theory]
    [InlineData(Rig.Base - 1, 2)]
    [InlineData(Rig.Base - 1, 1)]
    [InlineData(Rig.Base + (1ul << 32), 1)]
    [InlineData(ulong.MaxValue, 1)]
    [InlineData(ulong.MaxValue, 0x7fff_ffff)]
    [InlineData(Rig.Base + 1, 0x7fff_ffff)]
    public void TryTake_Trap32SegmentOutsideTheWindow_Faults(ulong address, uint length)
    {
        AssertBadChain(RingFault.OutsideWindow, (driver, _) => driver.Descriptor(0, address, length));
        AssertBadChain(RingFault.OutsideWindow, (driver, _) => driver.Descriptor(0, address, length, FakeDriver.Write));
    }

    [Fact]
    public void TryTake_SegmentAcrossTheWindowsEnd_Faults() => AssertBadChain(RingFault.OutsideWindow, (driver, rig) =>
        driver.Descriptor(0, Rig.Base + rig.Memory.Size - 1, 2));

    [Theory]
    [InlineData(0x8000_0000u)]
    [InlineData(0xffff_ffffu)]
    public void TryTake_SegmentLongerThanASpan_IsSegmentTooLong(uint length) => AssertBadChain(RingFault.SegmentTooLong, (driver, _) =>
        driver.Descriptor(0, Claimed, length));

    [Fact]
    public void TryTake_ChainAbove4GiB_IsChainOverflow() => AssertBadChain(RingFault.ChainOverflow, (driver, _) =>
    {
        // 2 * (2^31 - 1) + 2 = 2^32 is the most; one byte more is too much, and no segment alone is too long.
        driver.Descriptor(0, Claimed, 0x7fff_ffff, FakeDriver.Next, next: 1);
        driver.Descriptor(1, Claimed, 0x7fff_ffff, FakeDriver.Next | FakeDriver.Write, next: 2);
        driver.Descriptor(2, Claimed, 3, FakeDriver.Write);
    });

    [Fact]
    public void TryTake_ChainOfExactly4GiB_IsAccepted()
    {
        using var rig = new Rig(8);
        Window window = WithClaimedRegion(rig);
        var driver = new FakeDriver(rig);
        var device = new DeviceQueue(window, rig.Layout, rig.Options);
        driver.Descriptor(0, Claimed, 0x7fff_ffff, FakeDriver.Next, next: 1);
        driver.Descriptor(1, Claimed, 0x7fff_ffff, FakeDriver.Next | FakeDriver.Write, next: 2);
        driver.Descriptor(2, Claimed, 2, FakeDriver.Write);
        driver.Publish(0);
        var chain = new Chain();
        Assert.True(device.TryTake(chain));
        Assert.Equal(1ul << 32, chain.ReadableLength + chain.WritableLength);
    }

    [Fact]
    public void TryTake_IndirectNotNegotiated_Faults() => AssertBadChain(
        RingFault.IndirectNotNegotiated,
        (driver, rig) =>
        {
            driver.TableEntry(rig.Tables.Address, 0, rig.Buffer(0));
            driver.Descriptor(0, rig.Tables.Address, 16, FakeDriver.Indirect);
        },
        new RingOptions(Indirect: false));

    [Fact]
    public void TryTake_IndirectWithNext_Faults() => AssertBadChain(
        RingFault.IndirectWithNext,
        (driver, rig) =>
        {
            driver.TableEntry(rig.Tables.Address, 0, rig.Buffer(0));
            driver.Descriptor(0, rig.Tables.Address, 16, FakeDriver.Indirect | FakeDriver.Next, next: 1);
            driver.Descriptor(1, rig.Buffer(1));
        },
        Indirect);

    [Fact]
    public void TryTake_EmptyTable_IsZeroLengthIndirect() => AssertBadChain(
        RingFault.ZeroLengthIndirect, (driver, rig) => driver.Descriptor(0, rig.Tables.Address, 0, FakeDriver.Indirect), Indirect);

    [Theory]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(17)]
    [InlineData(1025 * 16)]
    [InlineData(0xffff_fff0u)]
    public void TryTake_TableOfWrongLength_IsIndirectLength(uint length) => AssertBadChain(
        RingFault.IndirectLength, (driver, rig) => driver.Descriptor(0, rig.Tables.Address, length, FakeDriver.Indirect), Indirect);

    [Fact]
    public void TryTake_TableOutsideTheWindow_Faults()
    {
        AssertBadChain(RingFault.OutsideWindow, (driver, _) => driver.Descriptor(0, Rig.Base - 16, 16, FakeDriver.Indirect), Indirect);
        AssertBadChain(RingFault.OutsideWindow, (driver, rig) => driver.Descriptor(0, Rig.Base + rig.Memory.Size - 16, 32, FakeDriver.Indirect), Indirect);
        AssertBadChain(RingFault.OutsideWindow, (driver, _) => driver.Descriptor(0, ulong.MaxValue - 15, 32, FakeDriver.Indirect), Indirect);
    }

    [Fact]
    public void TryTake_IndirectInATable_IsNestedIndirect() => AssertBadChain(
        RingFault.NestedIndirect,
        (driver, rig) =>
        {
            driver.TableEntry(rig.Tables.Address, 0, rig.Buffer(0), FakeDriver.Next, next: 1);
            driver.TableEntry(rig.Tables.Address, 1, new Segment(rig.Tables.Address, 16), FakeDriver.Indirect);
            driver.Descriptor(0, rig.Tables.Address, 32, FakeDriver.Indirect);
        },
        Indirect);

    [Fact]
    public void TryTake_TableEntryPointsBeyondIt_IsNextOutOfRange() => AssertBadChain(
        RingFault.NextOutOfRange,
        (driver, rig) =>
        {
            driver.TableEntry(rig.Tables.Address, 0, rig.Buffer(0), FakeDriver.Next, next: 2);
            driver.TableEntry(rig.Tables.Address, 2, rig.Buffer(1));
            driver.Descriptor(0, rig.Tables.Address, 32, FakeDriver.Indirect);
        },
        Indirect);

    [Fact]
    public void TryTake_TableLoops_IsChainTooLong() => AssertBadChain(
        RingFault.ChainTooLong,
        (driver, rig) =>
        {
            driver.TableEntry(rig.Tables.Address, 0, rig.Buffer(0), FakeDriver.Next, next: 1);
            driver.TableEntry(rig.Tables.Address, 1, rig.Buffer(0), FakeDriver.Next, next: 0);
            driver.Descriptor(0, rig.Tables.Address, 32, FakeDriver.Indirect);
        },
        Indirect);

    [Fact]
    public void TryTake_TableMakesTheChainLongerThanAccepted_IsChainTooLong() => AssertBadChain(
        RingFault.ChainTooLong,
        (driver, rig) =>
        {
            driver.Descriptor(0, rig.Buffer(0), FakeDriver.Next, next: 1);
            driver.Descriptor(1, rig.Tables.Address, 32, FakeDriver.Indirect);
            driver.TableEntry(rig.Tables.Address, 0, rig.Buffer(1), FakeDriver.Next, next: 1);
            driver.TableEntry(rig.Tables.Address, 1, rig.Buffer(2));
        },
        new RingOptions(Indirect: true, MaximumSegments: 2));

    [Fact]
    public void TryTake_ReadableInATableAfterDirectWritable_Faults() => AssertBadChain(
        RingFault.ReadableAfterWritable,
        (driver, rig) =>
        {
            driver.Descriptor(0, rig.Buffer(0), FakeDriver.Next | FakeDriver.Write, next: 1);
            driver.Descriptor(1, rig.Tables.Address, 16, FakeDriver.Indirect);
            driver.TableEntry(rig.Tables.Address, 0, rig.Buffer(1));
        },
        Indirect);

    [Fact]
    public void TryTake_SegmentOfATableOutsideTheWindow_Faults() => AssertBadChain(
        RingFault.OutsideWindow,
        (driver, rig) =>
        {
            driver.Descriptor(0, rig.Tables.Address, 16, FakeDriver.Indirect);
            driver.TableEntry(rig.Tables.Address, 0, new Segment(Rig.Base - 1, 1));
        },
        Indirect);

    /// <summary>Begins a region that claims 2^40 bytes.</summary>
    private const ulong Claimed = 1ul << 48;

    private static Window WithClaimedRegion(Rig rig) => new(new WindowRegion(Rig.Base, rig.Memory), new WindowRegion(Claimed, new ClaimedMemory(1ul << 40)));

    private static void AssertBroken(RingFault fault, Func<object?> action)
    {
        RingFaultException thrown = Assert.Throws<RingFaultException>(action);
        Assert.Equal(fault, thrown.Fault);
        Assert.Null(thrown.Head);
    }

    /// <summary>The chain at head 0 is bad: typed, with its head, the chain left empty; it can be returned with 0, and the good chain after it is taken.</summary>
    private static void AssertBadChain(RingFault fault, Action<FakeDriver, Rig> write, RingOptions? options = null)
    {
        using var rig = new Rig(8, options);
        var driver = new FakeDriver(rig);
        var device = new DeviceQueue(WithClaimedRegion(rig), rig.Layout, rig.Options);
        write(driver, rig);
        driver.Publish(0);
        driver.Descriptor(7, rig.Buffer(7));
        driver.Publish(7);

        var chain = new Chain();
        RingFaultException thrown = Assert.Throws<RingFaultException>(() => device.TryTake(chain));
        Assert.Equal(fault, thrown.Fault);
        Assert.Equal((ushort)0, thrown.Head);
        Assert.Equal(0, chain.Readable.Length + chain.Writable.Length);
        Assert.Equal(0ul, chain.ReadableLength + chain.WritableLength);
        Assert.Equal(1, device.InFlight);

        device.Push(0, 0);
        Assert.Equal((0u, 0u), driver.UsedEntry(0));
        Assert.Equal(1, driver.UsedIndex);
        Assert.True(device.TryTake(chain));
        Assert.Equal(7, chain.Head);
        Assert.Equal([rig.Buffer(7)], chain.Readable.ToArray());
    }
}
