using System.Text;

namespace Bridge.Rpmsg.Tests;

public class AddressServiceMessageTests
{
    // As a little-endian peer of the 2020 vhost series sends it.
    private static readonly byte[] LittleEndian =
    [
        (byte)'r', (byte)'p', (byte)'m', (byte)'s', (byte)'g', (byte)'-', (byte)'t', (byte)'t', (byte)'y', 0, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0x78, 0x56, 0x34, 0x12, // dst: the virtio side's endpoint
        0x00, 0x04, 0x00, 0x00, // src: the service's address at the vhost side
        0x01, 0x00, 0x00, 0x00, // flags: ASSIGN
    ];

    private static readonly AddressServiceMessage Message = new("rpmsg-tty", 0x12345678, 1024, AddressServiceFlags.Assign);

    [Fact]
    public void Write_OverOldBytes_GivesGoldenBytes()
    {
        byte[] payload = new byte[AddressServiceMessage.Size];
        payload.AsSpan().Fill(0xAA);

        Message.Write(payload, true);

        Assert.Equal(LittleEndian, payload);
    }

    [Fact]
    public void Write_BigEndian_SwapsOnlyTheNumbers()
    {
        byte[] payload = new byte[AddressServiceMessage.Size];

        Message.Write(payload, false);

        Assert.Equal(LittleEndian[..32], payload[..32]);
        Assert.Equal([0x12, 0x34, 0x56, 0x78, 0, 0, 4, 0, 0, 0, 0, 1], payload[32..]);
        Assert.True(AddressServiceMessage.TryRead(payload, false, out AddressServiceMessage read, out _));
        Assert.Equal(Message, read);
    }

    [Fact]
    public void TryRead_GoldenBytes_GivesTheFields()
    {
        Assert.True(AddressServiceMessage.TryRead(LittleEndian, true, out AddressServiceMessage message, out bool unterminated));

        Assert.Equal(Message, message);
        Assert.False(unterminated);
    }

    [Fact]
    public void TryRead_EveryOtherLength_IsRefused()
    {
        byte[] longer = [.. LittleEndian, .. LittleEndian];
        for (int length = 0; length <= longer.Length; length++)
        {
            Assert.Equal(length == 44, AddressServiceMessage.TryRead(longer.AsSpan(0, length), true, out _, out _));
        }
    }

    [Fact]
    public void TryRead_BytesAfterTheNul_AreNotPartOfTheName()
    {
        byte[] payload = [.. LittleEndian];
        payload.AsSpan(10, 22).Fill((byte)'x');

        Assert.True(AddressServiceMessage.TryRead(payload, true, out AddressServiceMessage message, out bool unterminated));
        Assert.Equal(Message, message);
        Assert.False(unterminated);
    }

    [Fact]
    public void TryRead_NameOf32BytesWithoutNul_IsCutTo31AndSaysSo()
    {
        byte[] payload = [.. Encoding.ASCII.GetBytes(new string('n', 32)), .. LittleEndian[32..]];

        Assert.True(AddressServiceMessage.TryRead(payload, true, out AddressServiceMessage message, out bool unterminated));
        Assert.Equal(Message with { Name = new string('n', 31) }, message);
        Assert.True(unterminated);
    }

    [Fact]
    public void TryRead_EmptyName_IsRefused() =>
        Assert.False(AddressServiceMessage.TryRead([.. new byte[32], .. LittleEndian[32..]], true, out _, out _));

    [Theory]
    [InlineData(0u, false)]
    [InlineData(1u, true)]
    [InlineData(2u, false)]
    [InlineData(3u, true)]
    [InlineData(0xFFFFFFFEu, false)]
    [InlineData(0xFFFFFFFFu, true)]
    public void IsAssign_Flags_OnlyBitZeroCounts(uint flags, bool assign) =>
        Assert.Equal(assign, (Message with { Flags = (AddressServiceFlags)flags }).IsAssign);

    [Theory]
    [InlineData("")]
    [InlineData("a\0b")]
    [InlineData("\u0100")]
    [InlineData("12345678901234567890123456789012")]
    public void Write_NameThatCannotBeCarried_Throws(string name) =>
        Assert.Throws<ArgumentException>(() => (Message with { Name = name }).Write(new byte[44], true));

    [Fact]
    public void AddressServiceFlags_Numbers_AreFrozenAndNotThoseOfTheNameService()
    {
        Assert.Equal([0u, 1u, 2u], Enum.GetValues<AddressServiceFlags>().Select(static flag => (uint)flag));
        Assert.Equal((1u, 2u), ((uint)AddressServiceFlags.Assign, (uint)AddressServiceFlags.Free));
        Assert.Equal((1u, 2u), ((uint)NameServiceFlags.Destroy, (uint)NameServiceFlags.AddressServiceAnnounce));
    }
}
