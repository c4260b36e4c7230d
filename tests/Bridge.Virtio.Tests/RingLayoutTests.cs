namespace Bridge.Virtio.Tests;

public sealed class RingLayoutTests
{
    [Theory]
    [InlineData(512, 16390)]
    [InlineData(256, 10246)]
    [InlineData(128, 5126)]
    [InlineData(64, 4614)]
    [InlineData(1, 4096 + 14)]
    [InlineData(32768, 593920 + 262150)]
    public void LegacyLength_Align4096_IsVringSize(int size, ulong length)
    {
        Assert.Equal(length, RingLayout.LegacyLength(size, 4096));
        Assert.Equal(length, RingLayout.LegacyLength(size));
    }

    [Theory]
    [InlineData(1, 16, 8, 14)]
    [InlineData(256, 4096, 518, 2054)]
    [InlineData(32768, 524288, 65542, 262150)]
    public void PartLengths_Size_AreTheSpecificationsSums(int size, ulong descriptors, ulong available, ulong used)
    {
        Assert.Equal(descriptors, RingLayout.DescriptorsLength(size));
        Assert.Equal(available, RingLayout.AvailableLength(size));
        Assert.Equal(used, RingLayout.UsedLength(size));
    }

    [Fact]
    public void Legacy_AlignedAddress_PutsUsedAtNextMultiple()
    {
        RingLayout layout = RingLayout.Legacy(0x8000, 256);
        Assert.Equal(new RingLayout(256, 0x8000, 0x9000, 0xa000), layout);
        Assert.Equal(0x8000 + RingLayout.LegacyLength(256), layout.Used + RingLayout.UsedLength(256));
    }

    [Fact]
    public void Legacy_AddressNotAtAMultiple_CountsOnTheAbsoluteAddress()
    {
        // 0x8810 + 4096 + 518 = 0x9a16; the next multiple of 4096 is 0xa000, nearer than from an aligned base.
        Assert.Equal(new RingLayout(256, 0x8810, 0x9810, 0xa000), RingLayout.Legacy(0x8810, 256));
    }

    [Fact]
    public void Legacy_OtherAlignment_IsUsed()
    {
        Assert.Equal(0x1_0000ul, RingLayout.Legacy(0, 4, 0x1_0000).Used);
        Assert.Equal(0x1_0000ul + 38, RingLayout.LegacyLength(4, 0x1_0000));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(256)]
    [InlineData(32768)]
    public void Packed_AnySize_PartsAreAlignedAndDoNotOverlap(int size)
    {
        RingLayout layout = RingLayout.Packed(0x1230, size);
        Assert.Equal(0x1230ul, layout.Descriptors);
        Assert.Equal(layout.Descriptors + RingLayout.DescriptorsLength(size), layout.Available);
        Assert.Equal(0ul, layout.Used % 4);
        Assert.InRange(layout.Used - (layout.Available + RingLayout.AvailableLength(size)), 0ul, 3ul);
        Assert.Equal(layout.Used + RingLayout.UsedLength(size), layout.Descriptors + RingLayout.PackedLength(size));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(3)]
    [InlineData(65536)]
    [InlineData(int.MinValue)]
    public void Legacy_BadSize_Throws(int size)
    {
        Assert.Throws<ArgumentException>(() => RingLayout.Legacy(0, size));
        Assert.Throws<ArgumentException>(() => RingLayout.LegacyLength(size));
        Assert.Throws<ArgumentException>(() => RingLayout.Packed(0, size));
        Assert.Throws<ArgumentException>(() => RingLayout.PackedLength(size));
    }

    [Fact]
    public void Legacy_BadAlignmentOrAddress_Throws()
    {
        Assert.Throws<ArgumentException>(() => RingLayout.Legacy(0, 2, 0));
        Assert.Throws<ArgumentException>(() => RingLayout.Legacy(0, 2, 2));
        Assert.Throws<ArgumentException>(() => RingLayout.Legacy(0, 2, 12));
        Assert.Throws<ArgumentException>(() => RingLayout.Legacy(8, 2));
        Assert.Throws<ArgumentException>(() => RingLayout.Legacy(ulong.MaxValue - 15, 2));
        Assert.Throws<ArgumentException>(() => RingLayout.Packed(ulong.MaxValue - 63, 2));
    }
}
