using System.Text;

namespace Bridge.Rpmsg.Tests;

public class NameServiceMessageTests
{
    private static readonly byte[] LittleEndian =
    [
        (byte)'r', (byte)'p', (byte)'m', (byte)'s', (byte)'g', (byte)'-', (byte)'t', (byte)'t', (byte)'y', 0, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0x78, 0x56, 0x34, 0x12, // address
        0x01, 0x00, 0x00, 0x00, // flags: DESTROY
    ];

    private static readonly NameServiceMessage Message = new("rpmsg-tty", 0x12345678, NameServiceFlags.Destroy);

    [Fact]
    public void Write_OverOldBytes_GivesGoldenBytes()
    {
        byte[] payload = new byte[NameServiceMessage.Size];
        payload.AsSpan().Fill(0xAA);

        Message.Write(payload, true);

        Assert.Equal(LittleEndian, payload);
    }

    [Fact]
    public void Write_BigEndian_SwapsOnlyTheNumbers()
    {
        byte[] payload = new byte[NameServiceMessage.Size];

        Message.Write(payload, false);

        Assert.Equal(LittleEndian[..32], payload[..32]);
        Assert.Equal([0x12, 0x34, 0x56, 0x78, 0, 0, 0, 1], payload[32..]);
        Assert.True(NameServiceMessage.TryRead(payload, false, out NameServiceMessage read, out _));
        Assert.Equal(Message, read);
    }

    [Fact]
    public void TryRead_GoldenBytes_GivesTheFields()
    {
        Assert.True(NameServiceMessage.TryRead(LittleEndian, true, out NameServiceMessage message, out bool unterminated));

        Assert.Equal(Message, message);
        Assert.True(message.IsDestroy);
        Assert.False(unterminated);
    }

    [Fact]
    public void TryRead_EveryOtherLength_IsRefused()
    {
        byte[] longer = [.. LittleEndian, .. LittleEndian];
        for (int length = 0; length <= longer.Length; length++)
        {
            Assert.Equal(length == 40, NameServiceMessage.TryRead(longer.AsSpan(0, length), true, out _, out _));
        }
    }

    [Fact]
    public void TryRead_BytesAfterTheNul_AreNotPartOfTheName()
    {
        byte[] payload = [.. LittleEndian];
        payload.AsSpan(10, 22).Fill((byte)'x');

        Assert.True(NameServiceMessage.TryRead(payload, true, out NameServiceMessage message, out bool unterminated));
        Assert.Equal("rpmsg-tty", message.Name);
        Assert.False(unterminated);
    }

    [Fact]
    public void TryRead_NameOf32BytesWithoutNul_IsCutTo31AndSaysSo()
    {
        byte[] payload = Wire.NamePayload(Encoding.ASCII.GetBytes(new string('n', 32)), 7, 0);

        Assert.True(NameServiceMessage.TryRead(payload, true, out NameServiceMessage message, out bool unterminated));
        Assert.Equal(new string('n', 31), message.Name);
        Assert.True(unterminated);
    }

    [Fact]
    public void TryRead_EveryNameLength_IsTheBytesUpToTheNul()
    {
        for (int length = 1; length <= 31; length++)
        {
            byte[] payload = Wire.NamePayload(Encoding.ASCII.GetBytes(new string('n', length)), 7, 0);
            Assert.True(NameServiceMessage.TryRead(payload, true, out NameServiceMessage message, out bool unterminated));
            Assert.Equal(length, message.Name.Length);
            Assert.False(unterminated);
        }
    }

    [Fact]
    public void TryRead_EveryByteValueInANameAndBack_Survives()
    {
        for (int first = 1; first < 256; first += 31)
        {
            byte[] name = [.. Enumerable.Range(first, 31).Where(static value => value < 256).Select(static value => (byte)value)];
            byte[] payload = Wire.NamePayload(name, 9, 0);

            Assert.True(NameServiceMessage.TryRead(payload, true, out NameServiceMessage message, out _));
            byte[] written = new byte[40];
            message.Write(written, true);

            Assert.Equal(payload, written);
        }
    }

    [Theory]
    [InlineData("", 1024u)]
    [InlineData("x", RpmsgAddress.Any)]
    public void TryRead_EmptyNameOrAddressAny_IsRefused(string name, uint address)
    {
        Assert.False(NameServiceMessage.TryRead(Wire.NamePayload(Encoding.ASCII.GetBytes(name), address, 0), true, out _, out _));
    }

    [Theory]
    [InlineData(0u, false)]
    [InlineData(1u, true)]
    [InlineData(2u, false)]
    [InlineData(3u, true)]
    [InlineData(0xFFFFFFFEu, false)]
    [InlineData(0xFFFFFFFFu, true)]
    public void TryRead_Flags_OnlyBitZeroMeansDestroy(uint flags, bool destroy)
    {
        Assert.True(NameServiceMessage.TryRead(Wire.NamePayload("x"u8, 9, flags), true, out NameServiceMessage message, out _));
        Assert.Equal(destroy, message.IsDestroy);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a\0b")]
    [InlineData("\u0100")]
    [InlineData("12345678901234567890123456789012")]
    public void Write_NameThatCannotBeCarried_Throws(string name)
    {
        Assert.False(NameServiceMessage.IsValidName(name));
        Assert.Throws<ArgumentException>(() => new NameServiceMessage(name, 1, 0).Write(new byte[40], true));
    }

    [Fact]
    public void NameServiceFlags_Numbers_AreFrozen()
    {
        Assert.Equal([0u, 1u, 2u], Enum.GetValues<NameServiceFlags>().Select(static flag => (uint)flag));
    }
}
