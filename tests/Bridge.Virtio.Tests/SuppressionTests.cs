namespace Bridge.Virtio.Tests;

/// <summary>Who is notified when: every combination of feature, armed state and published entries, for both sides.</summary>
public sealed class SuppressionTests
{
    // ---- Device asks the driver's wish -----------------------------------------------------------------------------------------------------------

    [Theory]
    [InlineData(0, 0, false)] // nothing pushed
    [InlineData(0, 1, true)]
    [InlineData(0, 3, true)]
    [InlineData(1, 0, false)]
    [InlineData(1, 1, false)] // NO_INTERRUPT
    [InlineData(0xfffe, 1, true)] // reserved bits mean nothing
    public void DeviceShouldNotify_Flags_AsTheDriverSaid(int flags, int pushes, bool notify)
    {
        using var rig = new Rig(4);
        var driver = new FakeDriver(rig) { UsedEvent = 0 };
        DeviceQueue device = rig.CreateDevice();
        driver.AvailableFlags = (ushort)flags;
        PassThrough(rig, driver, device, pushes);
        Assert.Equal(notify, device.ShouldNotify());
        Assert.False(device.ShouldNotify()); // asked and answered
    }

    [Theory]
    [InlineData(0, 0, 1, true)] // armed at the next
    [InlineData(0, 1, 1, false)] // armed one further
    [InlineData(0, 1, 2, true)]
    [InlineData(0, 3, 4, true)]
    [InlineData(0, 0, 0, false)]
    [InlineData(0, 65535, 4, false)] // passed long ago
    [InlineData(65534, 65535, 1, false)]
    [InlineData(65534, 65535, 2, true)]
    [InlineData(65534, 0, 2, false)]
    [InlineData(65534, 0, 3, true)] // across the wrap
    public void DeviceShouldNotify_EventIndex_WhenTheEventIsPassed(int start, int usedEvent, int pushes, bool notify)
    {
        using var rig = new Rig(4, new RingOptions(EventIndex: true), start: (ushort)(start - 1));
        var driver = new FakeDriver(rig);
        DeviceQueue device = rig.CreateDevice();
        PassThrough(rig, driver, device, 1);
        Assert.True(device.ShouldNotify()); // the first time always

        driver.UsedEvent = (ushort)usedEvent;
        driver.AvailableFlags = 1; // ignored with EVENT_IDX
        PassThrough(rig, driver, device, pushes);
        Assert.Equal(notify, device.ShouldNotify());
        Assert.False(device.ShouldNotify());
    }

    [Fact]
    public void DeviceShouldNotify_EventPassedInTwoBatches_IsToldOnce()
    {
        using var rig = new Rig(4, new RingOptions(EventIndex: true));
        var driver = new FakeDriver(rig);
        DeviceQueue device = rig.CreateDevice();
        PassThrough(rig, driver, device, 1);
        Assert.True(device.ShouldNotify());
        driver.UsedEvent = 2;
        PassThrough(rig, driver, device, 1);
        Assert.False(device.ShouldNotify()); // 1 published
        PassThrough(rig, driver, device, 1);
        Assert.True(device.ShouldNotify()); // 2 published
        PassThrough(rig, driver, device, 1);
        Assert.False(device.ShouldNotify());
    }

    [Fact]
    public void ShouldNotify_MoreThan65535Entries_ErrsOnTheSafeSide()
    {
        using var rig = new Rig(4, new RingOptions(EventIndex: true));
        DriverQueue driver = rig.CreateDriver();
        DeviceQueue device = rig.CreateDevice();
        var chain = new Chain();
        void Round()
        {
            Assert.True(driver.TryAdd([rig.Buffer(0)], [], 0, out _));
            Assert.True(device.TryTake(chain));
            device.Push(chain.Head, 0);
            Assert.True(driver.TryTakeUsed(out _));
        }

        Round();
        Assert.True(driver.ShouldNotify());
        Assert.True(device.ShouldNotify());
        for (int i = 0; i < 65536; i++)
            Round();
        Assert.True(driver.ShouldNotify()); // old == new: the formula alone would say no
        Assert.True(device.ShouldNotify());
    }

    // ---- Driver asks the device's wish -----------------------------------------------------------------------------------------------------------

    [Theory]
    [InlineData(0, 0, false)]
    [InlineData(0, 1, true)]
    [InlineData(0, 3, true)]
    [InlineData(1, 0, false)]
    [InlineData(1, 1, false)] // NO_NOTIFY
    [InlineData(0xfffe, 1, true)]
    public void DriverShouldNotify_Flags_AsTheDeviceSaid(int flags, int adds, bool notify)
    {
        using var rig = new Rig(4);
        DriverQueue driver = rig.CreateDriver();
        var device = new FakeDevice(rig) { UsedFlags = (ushort)flags };
        Add(rig, driver, adds);
        Assert.Equal(notify, driver.ShouldNotify());
        Assert.False(driver.ShouldNotify());
        Assert.Equal(adds, device.AvailableIndex);
    }

    [Theory]
    [InlineData(0, 0, 1, true)]
    [InlineData(0, 1, 1, false)]
    [InlineData(0, 1, 2, true)]
    [InlineData(0, 0, 0, false)]
    [InlineData(0, 65535, 3, false)]
    [InlineData(65534, 65535, 1, false)]
    [InlineData(65534, 65535, 2, true)]
    [InlineData(65534, 0, 3, true)]
    public void DriverShouldNotify_EventIndex_WhenTheEventIsPassed(int start, int availableEvent, int adds, bool notify)
    {
        using var rig = new Rig(4, new RingOptions(EventIndex: true), start: (ushort)(start - 1));
        DriverQueue driver = rig.CreateDriver();
        var device = new FakeDevice(rig);
        Add(rig, driver, 1);
        Assert.True(driver.ShouldNotify());

        device.AvailableEvent = (ushort)availableEvent;
        device.UsedFlags = 1; // ignored with EVENT_IDX
        Add(rig, driver, adds);
        Assert.Equal(notify, driver.ShouldNotify());
        Assert.False(driver.ShouldNotify());
    }

    // ---- What arming writes, and that it looks again ---------------------------------------------------------------------------------------------

    [Fact]
    public void DeviceNotifications_Flags_WriteUsedFlags()
    {
        using var rig = new Rig(4);
        var driver = new FakeDriver(rig);
        DeviceQueue device = rig.CreateDevice();
        device.DisableNotifications();
        Assert.Equal(1, driver.UsedFlags);
        Assert.False(device.EnableNotifications());
        Assert.Equal(0, driver.UsedFlags);
        Assert.Equal(0, driver.AvailableEvent);

        driver.Publish(0);
        Assert.True(device.EnableNotifications());
    }

    [Fact]
    public void DeviceNotifications_EventIndex_WriteOnlyAvailEvent()
    {
        using var rig = new Rig(4, new RingOptions(EventIndex: true), start: 65535);
        var driver = new FakeDriver(rig);
        DeviceQueue device = rig.CreateDevice();
        Assert.False(device.EnableNotifications());
        Assert.Equal(65535, driver.AvailableEvent);

        driver.Descriptor(0, rig.Buffer(0));
        driver.Publish(0);
        Assert.True(device.EnableNotifications());
        Assert.True(device.TryTake(new Chain()));
        device.DisableNotifications();
        Assert.Equal(0, driver.UsedFlags);
        Assert.Equal(65535, driver.AvailableEvent);
        Assert.False(device.EnableNotifications());
        Assert.Equal(0, driver.AvailableEvent);
        Assert.Equal(0, driver.UsedFlags);
    }

    [Fact]
    public void DriverNotifications_Flags_WriteAvailFlags()
    {
        using var rig = new Rig(4);
        DriverQueue driver = rig.CreateDriver();
        var device = new FakeDevice(rig);
        driver.DisableNotifications();
        Assert.Equal(1, device.AvailableFlags);
        Assert.False(driver.EnableNotifications());
        Assert.Equal(0, device.AvailableFlags);
        Assert.Equal(0, device.UsedEvent);

        Assert.True(driver.TryAdd([rig.Buffer(0)], [], 0, out ushort head));
        device.Publish(head, 0);
        Assert.True(driver.EnableNotifications());
    }

    [Fact]
    public void DriverNotifications_EventIndex_WriteOnlyUsedEvent()
    {
        using var rig = new Rig(4, new RingOptions(EventIndex: true), start: 65535);
        DriverQueue driver = rig.CreateDriver();
        var device = new FakeDevice(rig);
        Assert.True(driver.TryAdd([rig.Buffer(0)], [], 0, out ushort head));
        device.Publish(head, 0);
        Assert.True(driver.EnableNotifications());
        Assert.Equal(65535, device.UsedEvent);
        Assert.True(driver.TryTakeUsed(out _));
        driver.DisableNotifications();
        Assert.Equal(0, device.AvailableFlags);
        Assert.False(driver.EnableNotifications());
        Assert.Equal(0, device.UsedEvent);
        Assert.Equal(0, device.AvailableFlags);
    }

    private static void Add(Rig rig, DriverQueue driver, int count)
    {
        for (int i = 0; i < count; i++)
            Assert.True(driver.TryAdd([rig.Buffer(i)], [], i, out _));
    }

    private static void PassThrough(Rig rig, FakeDriver driver, DeviceQueue device, int count)
    {
        var chain = new Chain();
        for (int i = 0; i < count; i++)
        {
            driver.Descriptor(i, rig.Buffer(i));
            driver.Publish(i);
            Assert.True(device.TryTake(chain));
            device.Push(chain.Head, 0);
        }
    }
}
