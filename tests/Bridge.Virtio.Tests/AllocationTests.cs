namespace Bridge.Virtio.Tests;

/// <summary>No allocation per chain, on either side.</summary>
public sealed class AllocationTests
{
    [Theory]
    [InlineData(false, false, true)]
    [InlineData(true, false, true)]
    [InlineData(false, true, true)]
    [InlineData(true, true, true)]
    [InlineData(true, true, false)]
    public void RoundTrip_AfterTheFirst_AllocatesNothing(bool eventIndex, bool indirect, bool littleEndian)
    {
        using var rig = new Rig(8, new RingOptions(eventIndex, indirect, littleEndian));
        DriverQueue driver = rig.CreateDriver();
        DeviceQueue device = rig.CreateDevice();
        var chain = new Chain();
        Segment[] readable = [.. Enumerable.Range(0, 5).Select(i => rig.Buffer(i))];
        Segment[] writable = [rig.Buffer(5), rig.Buffer(6)];

        // As often outside, so that the chain and the table's copy have grown, and the runtime has compiled everything for good: it does that while code runs, on this thread too.
        for (int i = 0; i < 10_000; i++)
            Round(driver, device, chain, readable, writable, rig.Window);

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10_000; i++)
            Round(driver, device, chain, readable, writable, rig.Window);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static void Round(DriverQueue driver, DeviceQueue device, Chain chain, Segment[] readable, Segment[] writable, Window window)
    {
        device.DisableNotifications();
        driver.DisableNotifications();
        bool ok = driver.TryAdd(readable, writable, 1, out _);
        driver.ShouldNotify();
        ok &= device.EnableNotifications() & device.TryTake(chain);
        foreach (Segment segment in chain.Writable)
            window.GetSpan(segment.Address, segment.Length).Fill(1);
        device.Push(chain.Head, 7);
        device.ShouldNotify();
        ok &= driver.EnableNotifications() & driver.TryTakeUsed(out UsedElement used) & used.Length == 7;
        if (!ok)
            Assert.Fail("The round trip did not work.");
    }
}
