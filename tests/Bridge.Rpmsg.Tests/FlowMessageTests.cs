namespace Bridge.Rpmsg.Tests;

public class FlowMessageTests
{
    private static readonly byte[] Golden =
    [
        0x03, 0x00, 0x00, 0x00,
        0x01, 0x04, 0x00, 0x00,
        0x02, 0x04, 0x00, 0x00,
        0xEF, 0xBE, 0xAD, 0xDE,
    ];

    private static readonly FlowMessage Message = new(FlowKind.Credit, 1025, 1026, 0xDEADBEEF);

    [Fact]
    public void Write_Credit_GivesGoldenBytes()
    {
        byte[] payload = new byte[FlowMessage.Size];
        Message.Write(payload);
        Assert.Equal(Golden, payload);
    }

    [Fact]
    public void TryRead_GoldenBytes_GivesTheFields()
    {
        Assert.True(FlowMessage.TryRead(Golden, out FlowMessage message));
        Assert.Equal(Message, message);
    }

    [Fact]
    public void TryRead_EveryOtherLength_IsRefused()
    {
        byte[] longer = [.. Golden, .. Golden];
        for (int length = 0; length <= longer.Length; length++)
        {
            Assert.Equal(length == 16, FlowMessage.TryRead(longer.AsSpan(0, length), out _));
        }
    }

    [Theory]
    [InlineData(0u, false)]
    [InlineData(1u, true)]
    [InlineData(2u, true)]
    [InlineData(3u, true)]
    [InlineData(4u, false)]
    [InlineData(0x0100_0001u, false)]
    [InlineData(uint.MaxValue, false)]
    public void TryRead_Kinds_OnlyKnownOnesAreAccepted(uint kind, bool accepted)
    {
        byte[] payload = Wire.Flow(kind, 1, 2, 3)[16..];
        Assert.Equal(accepted, FlowMessage.TryRead(payload, out _));
    }

    [Fact]
    public void FlowKind_Numbers_AreFrozen()
    {
        Assert.Equal((1u, 2u, 3u), ((uint)FlowKind.Open, (uint)FlowKind.Close, (uint)FlowKind.Credit));
    }
}
