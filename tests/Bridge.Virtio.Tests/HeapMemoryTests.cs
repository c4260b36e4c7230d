namespace Bridge.Virtio.Tests;

public sealed unsafe class HeapMemoryTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(10246)]
    [InlineData(1 << 20)]
    public void HeapMemory_New_IsZeroedAndAligned(int size)
    {
        using var memory = new HeapMemory((ulong)size);
        Assert.Equal((ulong)size, memory.Size);
        Assert.Equal(0ul, (ulong)memory.Pointer % 65536);
        Assert.False(new ReadOnlySpan<byte>(memory.Pointer, size).ContainsAnyExcept((byte)0));
    }

    [Fact]
    public void Pointer_Disposed_Throws()
    {
        var memory = new HeapMemory(16);
        memory.Dispose();
        memory.Dispose();
        Assert.Throws<ObjectDisposedException>(() => (nint)memory.Pointer);
    }

    [Fact]
    public void HeapMemory_ImpossibleSize_Throws()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new HeapMemory(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new HeapMemory(ulong.MaxValue));
        Assert.Throws<OutOfMemoryException>(() => new HeapMemory(1UL << 62));
    }
}
