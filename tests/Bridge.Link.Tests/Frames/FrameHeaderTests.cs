namespace Bridge.Link.Tests;

public sealed class FrameHeaderTests
{
    private static readonly FrameHeader Sample = new(0x00001234, 0xA1B2C3D4, FrameType.Posted, 0x5A, 0x0102, 0x11223344, 0x55667788, 0x99AABBCC);

    private static readonly byte[] Golden =
    [
        0x34, 0x12, 0x00, 0x00, // length
        0xD4, 0xC3, 0xB2, 0xA1, // crc32c
        32, 0x5A, // type, flags
        0x02, 0x01, // lane
        0x44, 0x33, 0x22, 0x11, // connection
        0x88, 0x77, 0x66, 0x55, // epoch
        0xCC, 0xBB, 0xAA, 0x99, // sequence
    ];

    [Fact]
    public void Write_AllFields_GoldenBytes()
    {
        byte[] bytes = new byte[FrameHeader.Size];
        Sample.Write(bytes);
        Assert.Equal(Golden, bytes);
    }

    [Fact]
    public void TryRead_GoldenBytes_AllFields()
    {
        Assert.True(FrameHeader.TryRead(Golden, out FrameHeader header));
        Assert.Equal(Sample, header);
    }

    [Fact]
    public void TryRead_EveryTruncation_False()
    {
        for (int length = 0; length < FrameHeader.Size; length++)
            Assert.False(FrameHeader.TryRead(Golden.AsSpan(0, length), out _));
    }
}
