namespace Bridge.Virtio.Tests;

public sealed class RingStatusTests
{
    private const ulong Base = 0x10000, Buffer = 0x18000;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ReadStatus_OneTakenOneUsed_SaysWhoHasWhat(bool eventIndex)
    {
        using HeapMemory memory = new(0x10000);
        Window window = new(new WindowRegion(Base, memory));
        RingOptions options = new(EventIndex: eventIndex);
        RingLayout layout = RingLayout.Packed(Base, 8);
        DriverQueue driver = new(window, layout, options, start: 65534);
        DeviceQueue device = new(window, layout, options, 65534, 65534);
        Chain chain = new();
        for (int i = 0; i < 3; i++)
            Assert.True(driver.TryAdd([new Segment(Buffer, 16)], [], i, out _));
        Assert.True(driver.ShouldNotify());
        device.DisableNotifications();
        Assert.True(device.TryTake(chain));
        device.Push(chain.Head, 0);
        Assert.True(device.TryTake(chain));

        RingStatus atDriver = driver.ReadStatus(), atDevice = device.ReadStatus();

        // Indices wrap at 65536.
        Assert.Equal((1, 65535, 1, 65535), (atDriver.AvailableIndex, atDriver.UsedIndex, atDriver.NextAvailable, atDriver.NextUsed + 1));
        Assert.Equal((1, 65535, 0, 65535), (atDevice.AvailableIndex, atDevice.UsedIndex, atDevice.NextAvailable, atDevice.NextUsed));
        Assert.Equal((3, 1), (atDriver.InFlight, atDevice.InFlight));
        Assert.All(new[] { atDriver, atDevice }, status => Assert.Equal((8, 2, 6), (status.Size, status.WithDevice, status.WithDriver)));
        Assert.Equal(eventIndex, atDriver.UsedEvent is not null && atDevice.AvailableEvent is not null);
        Assert.Equal(eventIndex ? 0 : 1, atDriver.UsedFlags);
        Assert.Equal((1, 0), (atDriver.Notified, atDriver.Suppressed));
    }

    [Fact]
    public void ReadStatus_NotificationsUnwanted_CountsThemAsSuppressed()
    {
        using HeapMemory memory = new(0x10000);
        Window window = new(new WindowRegion(Base, memory));
        RingLayout layout = RingLayout.Packed(Base, 8);
        DriverQueue driver = new(window, layout, new RingOptions());
        new DeviceQueue(window, layout, new RingOptions()).DisableNotifications();

        Assert.True(driver.TryAdd([new Segment(Buffer, 16)], [], 0, out _));
        Assert.False(driver.ShouldNotify());
        // Nothing new: neither given nor spared.
        Assert.False(driver.ShouldNotify());

        Assert.Equal((0, 1), (driver.ReadStatus().Notified, driver.ReadStatus().Suppressed));
    }
}
