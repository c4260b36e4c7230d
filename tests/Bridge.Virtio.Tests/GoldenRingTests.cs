namespace Bridge.Virtio.Tests;

/// <summary>The bytes of a whole ring after known operations, written out by hand from the specification's structs.</summary>
public sealed class GoldenRingTests
{
    /// <summary>Addresses of these tests: a ring at 0, tables at 0x400, buffers at 0x800.</summary>
    private const ulong Tables = 0x400;

    [Fact]
    public void Ring_OneDirectChainUsed_LittleEndian() => AssertRing(
        new RingOptions(),
        start: 0,
        """
        0008000000000000 05000000 0100 0100
        8008000000000000 40000000 0200 0000
        0000 0100 0000 0000 0000 0000
        0000 0100 00000000 03000000 00000000 00000000 0000
        """);

    [Fact]
    public void Ring_OneDirectChainUsed_BigEndian() => AssertRing(
        new RingOptions(LittleEndian: false),
        start: 0,
        """
        0000000000000800 00000005 0001 0001
        0000000000000880 00000040 0002 0000
        0000 0001 0000 0000 0000 0000
        0000 0001 00000000 00000003 00000000 00000000 0000
        """);

    [Fact]
    public void Ring_OneIndirectChainUsedAtTheWrap_WithEvents() => AssertRing(
        new RingOptions(EventIndex: true, Indirect: true),
        start: 65535,
        // The first entry is slot 65535 mod 2 = 1; both indices have wrapped to 0, and so used_event and avail_event are 0 after arming.
        """
        0004000000000000 20000000 0400 0000
        0000000000000000 00000000 0000 0000
        0000 0000 0000 0000 0000 0000
        0000 0000 00000000 00000000 00000000 03000000 0000
        """,
        """
        0008000000000000 05000000 0100 0100
        8008000000000000 40000000 0200 0000
        """);

    [Fact]
    public void Ring_NotificationsOff_SetsBothFlags()
    {
        using var memory = new HeapMemory(0x1_0000);
        var window = new Window(new WindowRegion(0, memory));
        RingLayout layout = RingLayout.Legacy(0, 2, 64);
        var driver = new DriverQueue(window, layout, new RingOptions());
        var device = new DeviceQueue(window, layout, new RingOptions());
        driver.DisableNotifications();
        device.DisableNotifications();
        Assert.Equal(
            Hex("""
                0000000000000000 00000000 0000 0000
                0000000000000000 00000000 0000 0000
                0100 0000 0000 0000 0000 0000 00000000 00000000 00000000 00000000 00000000
                0100 0000 00000000 00000000 00000000 00000000 0000
                """),
            Convert.ToHexStringLower(window.GetSpan(0, (uint)RingLayout.LegacyLength(2, 64))));
    }

    /// <summary>One chain of 5 readable and 64 writable bytes through a ring of two; the device reports 3; both sides drain and arm.</summary>
    private static void AssertRing(RingOptions options, ushort start, string ring, string? table = null)
    {
        using var memory = new HeapMemory(0x1_0000);
        var window = new Window(new WindowRegion(0, memory));
        RingLayout layout = RingLayout.Packed(0, 2);
        var driver = new DriverQueue(window, layout, options, new IndirectTables(Tables, 2), start);
        var device = new DeviceQueue(window, layout, options, start, start);

        Assert.True(driver.TryAdd([new Segment(0x800, 5)], [new Segment(0x880, 64)], 0, out _));
        var chain = new Chain();
        Assert.True(device.TryTake(chain));
        device.Push(chain.Head, 3);
        Assert.False(device.EnableNotifications());
        Assert.True(driver.TryTakeUsed(out _));
        Assert.False(driver.EnableNotifications());

        Assert.Equal(Hex(ring), Convert.ToHexStringLower(window.GetSpan(0, (uint)RingLayout.PackedLength(2))));
        if (table is not null)
            Assert.Equal(Hex(table), Convert.ToHexStringLower(window.GetSpan(Tables, 32)));
    }

    private static string Hex(string text) => string.Concat(text.Where(char.IsAsciiHexDigit));
}
