namespace Bridge.Virtio.Tests;

public sealed class WindowTests : IDisposable
{
    private readonly HeapMemory _memory = new(256);

    public void Dispose() => _memory.Dispose();

    [Theory]
    [InlineData(0x1000, 256, true)]
    [InlineData(0x1000, 257, false)]
    [InlineData(0x10ff, 1, true)]
    [InlineData(0x10ff, 2, false)]
    [InlineData(0x1100, 1, false)]
    [InlineData(0xfff, 1, false)]
    [InlineData(0xfff, 2, false)]
    [InlineData(0, 0x2000, false)]
    [InlineData(0x1_0000_1000, 1, false)]
    [InlineData(0xffff_ffff_ffff_ffff, 1, false)]
    [InlineData(0xffff_ffff_ffff_ffff, 0xffff_ffff_ffff_ffff, false)]
    [InlineData(0x1001, 0xffff_ffff_ffff_ffff, false)]
    [InlineData(0x1001, 0xffff_ffff, false)]
    public void Contains_Trap32_64BitWithoutWrap(ulong address, ulong length, bool inside)
    {
        var window = new Window(new WindowRegion(0x1000, _memory));
        Assert.Equal(inside, window.Contains(address, length));
        if (length <= uint.MaxValue)
        {
            Assert.Equal(inside, window.TryGetSpan(address, (uint)length, out Span<byte> span));
            Assert.Equal(inside ? (int)length : 0, span.Length);
        }
    }

    [Fact]
    public void Contains_EmptyRange_TouchesNothingSoIsInsideEverywhere()
    {
        var window = new Window(new WindowRegion(0x1000, _memory));
        Assert.True(window.Contains(0, 0));
        Assert.True(window.Contains(ulong.MaxValue, 0));
        Assert.True(window.TryGetSpan(0, 0, out Span<byte> span));
        Assert.True(span.IsEmpty);
    }

    [Fact]
    public unsafe void GetSpan_OffsetRegion_IsThatMemory()
    {
        var window = new Window(new WindowRegion(0x1000, _memory, 16, 32));
        window.GetSpan(0x1004, 1)[0] = 0xab;
        Assert.Equal(0xab, _memory.Pointer[20]);
        Assert.False(window.Contains(0x1020, 1));
    }

    [Fact]
    public void GetSpan_Outside_IsTypedFaultWithoutHead()
    {
        var window = new Window(new WindowRegion(0x1000, _memory));
        RingFaultException fault = Assert.Throws<RingFaultException>(() => window.GetSpan(0x1100, 1).Length);
        Assert.Equal(RingFault.OutsideWindow, fault.Fault);
        Assert.Null(fault.Head);
    }

    [Fact]
    public unsafe void TryGetSpan_SeveralRegionsInAnyOrder_FindsEachAndNeverSpansTwo()
    {
        using var second = new HeapMemory(64);
        using var third = new HeapMemory(16);
        var window = new Window(
            new WindowRegion(0x9000, third), new WindowRegion(0x1000, _memory), new WindowRegion(0x1100, second));

        Assert.True(window.TryGetSpan(0x1000, 256, out Span<byte> a));
        Assert.True(window.TryGetSpan(0x1100, 64, out Span<byte> b));
        Assert.True(window.TryGetSpan(0x9000, 16, out Span<byte> c));
        fixed (byte* pointerA = a, pointerB = b, pointerC = c)
        {
            Assert.True(pointerA == _memory.Pointer);
            Assert.True(pointerB == second.Pointer);
            Assert.True(pointerC == third.Pointer);
        }

        Assert.False(window.Contains(0x10ff, 2));
        Assert.False(window.Contains(0x113f, 2));
        Assert.False(window.Contains(0x1140, 1));
        Assert.False(window.Contains(0x8fff, 1));
        Assert.False(window.Contains(0x9010, 1));
    }

    [Fact]
    public void Window_RegionUpToTheLastAddress_IsUsable()
    {
        var window = new Window(new WindowRegion(ulong.MaxValue - 255, _memory));
        Assert.True(window.Contains(ulong.MaxValue, 1));
        Assert.True(window.Contains(ulong.MaxValue - 255, 256));
        Assert.False(window.Contains(ulong.MaxValue, 2));
        Assert.False(window.Contains(0, 1));
    }

    [Fact]
    public void TryGetSpan_LongerThanASpan_IsFalseThoughContained()
    {
        var window = new Window(new WindowRegion(0, new ClaimedMemory(1UL << 40)));
        Assert.True(window.Contains(0, 1UL << 40));
        Assert.True(window.TryGetSpan(0, int.MaxValue, out _));
        Assert.False(window.TryGetSpan(0, (uint)int.MaxValue + 1, out _));
    }

    [Fact]
    public void Window_BadRegions_Throw()
    {
        using var other = new HeapMemory(256);
        Assert.Throws<ArgumentException>(() => new Window());
        Assert.Throws<ArgumentException>(() => new Window(new WindowRegion(0, _memory, 0, 0)));
        Assert.Throws<ArgumentException>(() => new Window(new WindowRegion(0, _memory, 1, 256)));
        Assert.Throws<ArgumentException>(() => new Window(new WindowRegion(0, _memory, ulong.MaxValue, 2)));
        Assert.Throws<ArgumentException>(() => new Window(new WindowRegion(ulong.MaxValue - 254, _memory)));
        Assert.Throws<ArgumentException>(() => new Window(new WindowRegion(0x1000, _memory), new WindowRegion(0x10ff, other)));
        Assert.Throws<ArgumentException>(() => new Window(new WindowRegion(0x1000, _memory), new WindowRegion(0x1000, other)));
        Assert.Throws<ArgumentException>(() => new Window(new WindowRegion(0x1080, _memory, 0, 8), new WindowRegion(0x1000, other)));
    }
}
