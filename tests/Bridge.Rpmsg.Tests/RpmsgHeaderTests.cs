namespace Bridge.Rpmsg.Tests;

public class RpmsgHeaderTests
{
    private static readonly RpmsgHeader Header = new(0x01020304, 0xFFEEDDCC, 0x1234, 0x5678);

    private static readonly byte[] LittleEndian =
    [
        0x04, 0x03, 0x02, 0x01, // source
        0xCC, 0xDD, 0xEE, 0xFF, // destination
        0x00, 0x00, 0x00, 0x00, // reserved
        0x34, 0x12, // length
        0x78, 0x56, // flags
    ];

    private static readonly byte[] BigEndian =
    [
        0x01, 0x02, 0x03, 0x04,
        0xFF, 0xEE, 0xDD, 0xCC,
        0x00, 0x00, 0x00, 0x00,
        0x12, 0x34,
        0x56, 0x78,
    ];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Write_OverOldBytes_GivesGoldenBytesWithReservedZero(bool littleEndian)
    {
        byte[] message = new byte[20];
        message.AsSpan().Fill(0xAA);

        Header.Write(message, littleEndian);

        Assert.Equal(littleEndian ? LittleEndian : BigEndian, message[..16]);
        Assert.Equal([0xAA, 0xAA, 0xAA, 0xAA], message[16..]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void TryRead_GoldenBytes_GivesTheFields(bool littleEndian)
    {
        Assert.True(RpmsgHeader.TryRead(littleEndian ? LittleEndian : BigEndian, littleEndian, out RpmsgHeader header));

        Assert.Equal(Header, header);
    }

    [Fact]
    public void TryRead_ReservedScribbledOver_IsNotLookedAt()
    {
        byte[] message = [.. LittleEndian];
        message.AsSpan(8, 4).Fill(0xFF);

        Assert.True(RpmsgHeader.TryRead(message, true, out RpmsgHeader header));
        Assert.Equal(Header, header);
    }

    [Fact]
    public void TryRead_EveryTruncation_IsRefused()
    {
        for (int length = 0; length < RpmsgHeader.Size; length++)
        {
            Assert.False(RpmsgHeader.TryRead(LittleEndian.AsSpan(0, length), true, out _), $"{length} bytes");
        }
    }

    [Fact]
    public void Write_EveryTooShortSpan_Throws()
    {
        for (int length = 0; length < RpmsgHeader.Size; length++)
        {
            byte[] message = new byte[length];
            Assert.ThrowsAny<ArgumentException>(() => Header.Write(message, true));
        }
    }
}
