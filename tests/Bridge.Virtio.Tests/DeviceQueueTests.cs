namespace Bridge.Virtio.Tests;

/// <summary>What a device must accept from any driver, by raw ring memory.</summary>
public sealed class DeviceQueueTests
{
    [Fact]
    public void TryTake_NothingAvailable_IsFalseAndLeavesTheChain()
    {
        using var rig = new Rig(4);
        var driver = new FakeDriver(rig);
        DeviceQueue device = rig.CreateDevice();
        var chain = new Chain();
        driver.Descriptor(3, rig.Buffer(1));
        driver.Publish(3);
        Assert.True(device.TryTake(chain));
        Assert.False(device.TryTake(chain));
        Assert.Equal(3, chain.Head);
        Assert.Equal([rig.Buffer(1)], chain.Readable.ToArray());
    }

    [Fact]
    public void TryTake_DescriptorsInAnyOrder_FollowsNext()
    {
        using var rig = new Rig(4);
        var driver = new FakeDriver(rig);
        DeviceQueue device = rig.CreateDevice();
        driver.Descriptor(3, rig.Buffer(0, 1), FakeDriver.Next, next: 1);
        driver.Descriptor(1, rig.Buffer(1, 2), FakeDriver.Next | FakeDriver.Write, next: 0);
        driver.Descriptor(0, rig.Buffer(2, 3), FakeDriver.Write, next: 9); // no NEXT: its next means nothing
        driver.Publish(3);

        var chain = new Chain();
        Assert.True(device.TryTake(chain));
        Assert.Equal(3, chain.Head);
        Assert.Equal([rig.Buffer(0, 1)], chain.Readable.ToArray());
        Assert.Equal([rig.Buffer(1, 2), rig.Buffer(2, 3)], chain.Writable.ToArray());
    }

    [Fact]
    public void TryTake_UnknownFlags_AreIgnored()
    {
        using var rig = new Rig(4);
        var driver = new FakeDriver(rig);
        DeviceQueue device = rig.CreateDevice();
        driver.Descriptor(0, rig.Buffer(0), 0xfff8);
        driver.Publish(0);
        var chain = new Chain();
        Assert.True(device.TryTake(chain));
        Assert.Equal([rig.Buffer(0)], chain.Readable.ToArray());
    }

    [Fact]
    public void TryTake_ZeroLengthSegments_AreAcceptedWhereverTheyLie()
    {
        using var rig = new Rig(4);
        var driver = new FakeDriver(rig);
        DeviceQueue device = rig.CreateDevice();
        driver.Descriptor(0, 0, 0, FakeDriver.Next, next: 1);
        driver.Descriptor(1, rig.Buffer(0, 4), FakeDriver.Next, next: 2);
        driver.Descriptor(2, ulong.MaxValue, 0, FakeDriver.Write);
        driver.Publish(0);
        var chain = new Chain();
        Assert.True(device.TryTake(chain));
        Assert.Equal(2, chain.Readable.Length);
        Assert.Equal(1, chain.Writable.Length);
        Assert.Equal(4ul, chain.ReadableLength);
        Assert.Equal(0ul, chain.WritableLength);
        Assert.True(rig.BytesOf(chain.Writable[0]).IsEmpty);
    }

    [Fact]
    public void TryTake_DirectThenOneIndirect_IsOneChain()
    {
        using var rig = new Rig(4, new RingOptions(Indirect: true));
        var driver = new FakeDriver(rig);
        DeviceQueue device = rig.CreateDevice();
        ulong table = rig.Tables.Address;
        driver.Descriptor(0, rig.Buffer(0, 1), FakeDriver.Next, next: 2);
        driver.Descriptor(2, table, 48, FakeDriver.Indirect);
        driver.TableEntry(table, 0, rig.Buffer(1, 2), FakeDriver.Next, next: 2);
        driver.TableEntry(table, 2, rig.Buffer(2, 3), FakeDriver.Next | FakeDriver.Write, next: 1);
        driver.TableEntry(table, 1, rig.Buffer(3, 4), FakeDriver.Write);
        driver.Publish(0);

        var chain = new Chain();
        Assert.True(device.TryTake(chain));
        Assert.Equal([rig.Buffer(0, 1), rig.Buffer(1, 2)], chain.Readable.ToArray());
        Assert.Equal([rig.Buffer(2, 3), rig.Buffer(3, 4)], chain.Writable.ToArray());
    }

    [Fact]
    public void TryTake_WriteOnTheIndirectDescriptor_IsIgnored()
    {
        using var rig = new Rig(4, new RingOptions(Indirect: true));
        var driver = new FakeDriver(rig);
        DeviceQueue device = rig.CreateDevice();
        driver.Descriptor(0, rig.Tables.Address, 16, FakeDriver.Indirect | FakeDriver.Write);
        driver.TableEntry(rig.Tables.Address, 0, rig.Buffer(0));
        driver.Publish(0);
        var chain = new Chain();
        Assert.True(device.TryTake(chain));
        Assert.Equal([rig.Buffer(0)], chain.Readable.ToArray());
        Assert.Equal(0, chain.Writable.Length);
    }

    [Fact]
    public void TryTake_UnalignedTableOf1024_IsTaken()
    {
        using var rig = new Rig(1024, new RingOptions(Indirect: true));
        var driver = new FakeDriver(rig);
        DeviceQueue device = rig.CreateDevice();
        ulong table = rig.Tables.Address + 3;
        for (int i = 0; i < 1024; i++)
            driver.TableEntry(table, i, rig.Buffer(i, 1), i < 1023 ? FakeDriver.Next : 0, next: i + 1);
        driver.Descriptor(5, table, 1024 * 16, FakeDriver.Indirect);
        driver.Publish(5);
        var chain = new Chain();
        Assert.True(device.TryTake(chain));
        Assert.Equal(1024, chain.Readable.Length);
        Assert.Equal(rig.Buffer(1023, 1), chain.Readable[1023]);
    }

    [Fact]
    public void TryTake_DirectChainOfTheWholeRing_IsTaken()
    {
        using var rig = new Rig(1024);
        var driver = new FakeDriver(rig);
        DeviceQueue device = rig.CreateDevice();
        for (int i = 0; i < 1024; i++)
            driver.Descriptor(i, rig.Buffer(i, 1), FakeDriver.Write | (i > 0 ? FakeDriver.Next : 0), next: i - 1);
        driver.Publish(1023);
        var chain = new Chain();
        Assert.True(device.TryTake(chain));
        Assert.Equal(1024, chain.Writable.Length);
        Assert.Equal(1024ul, chain.WritableLength);
    }

    [Fact]
    public void HasAvailable_FullRingOf32768_IsNoJump()
    {
        using var rig = new Rig(32768, start: 40000);
        var driver = new FakeDriver(rig);
        DeviceQueue device = rig.CreateDevice();
        for (int i = 0; i < 32768; i++)
        {
            driver.Descriptor(i, rig.Buffer(i));
            driver.Publish(i);
        }

        var chain = new Chain();
        for (int i = 0; i < 32768; i++)
        {
            Assert.True(device.TryTake(chain));
            Assert.Equal(i, chain.Head);
        }

        Assert.False(device.TryTake(chain));
        Assert.Equal(32768, device.InFlight);
        Assert.Equal(unchecked((ushort)(40000 + 32768)), device.NextAvailable);
    }

    [Fact]
    public void RingIndices_UsedRingFilledBeforehand_DeviceGoesOnFromMemory()
    {
        // As rpmsg-lite's master does: the used ring is filled, used.idx says so, and the device starts there.
        using var rig = new Rig(4);
        DriverQueue driver = rig.CreateDriver();
        var fake = new FakeDevice(rig);
        Assert.True(driver.TryAdd([rig.Buffer(0)], [], 0, out ushort head));
        fake.Publish(head, 0);
        Assert.True(driver.TryAdd([rig.Buffer(1)], [], 1, out head));

        RingIndices indices = RingIndices.Read(rig.Window, rig.Layout, littleEndian: true);
        Assert.Equal(new RingIndices(Available: 2, Used: 1), indices);
        var device = new DeviceQueue(rig.Window, rig.Layout, rig.Options, nextAvailable: 1, indices.Used);
        var chain = new Chain();
        Assert.True(device.TryTake(chain));
        Assert.Equal(head, chain.Head);
        device.Push(head, 9);
        Assert.True(driver.TryTakeUsed(out _));
        Assert.True(driver.TryTakeUsed(out UsedElement used));
        Assert.Equal(new UsedElement(head, 9, 1), used);
    }
}
