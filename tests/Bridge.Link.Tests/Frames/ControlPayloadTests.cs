using System.Text;

namespace Bridge.Link.Tests;

/// <summary>Golden bytes and every truncation of lane 0's payloads.</summary>
public sealed class ControlPayloadTests
{
    private static readonly Hello Sample = new()
    {
        VersionMinimum = 1,
        VersionMaximum = 0x0203,
        Instance = 0x1122334455667788,
        LastConnection = 0xA1B2C3D4,
        Capabilities = 0x01020304,
        Gateway = "beta",
        Devices = [new HelloDevice("m4", 7, LaneRole.Driver), new HelloDevice("net-0", 1, LaneRole.Device)],
    };

    private static readonly byte[] SampleBytes =
    [
        (byte)'R', (byte)'P', (byte)'M', (byte)'B', 1, 0, 3, 2,
        0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11,
        0xD4, 0xC3, 0xB2, 0xA1,
        4, 3, 2, 1,
        2, 0,
        4, (byte)'b', (byte)'e', (byte)'t', (byte)'a',
        2, 1, 7, 0, (byte)'m', (byte)'4',
        5, 2, 1, 0, (byte)'n', (byte)'e', (byte)'t', (byte)'-', (byte)'0',
    ];

    [Fact]
    public void Hello_Write_GoldenBytesAndPadding()
    {
        byte[] buffer = new byte[FrameHeader.MaximumPayload];
        buffer.AsSpan().Fill(0xFF);
        Assert.Equal(Hello.PaddedLength, Sample.Write(buffer));
        Assert.Equal(SampleBytes, buffer[..SampleBytes.Length]);
        Assert.All(buffer[SampleBytes.Length..Hello.PaddedLength], b => Assert.Equal(0, b));
        Assert.Equal(0xFF, buffer[Hello.PaddedLength]);
    }

    [Fact]
    public void Hello_TryRead_GoldenBytes()
    {
        Assert.True(Hello.TryRead(SampleBytes, out Hello? hello));
        Assert.Equal((1, 0x0203), (hello!.VersionMinimum, hello.VersionMaximum));
        Assert.Equal(Sample.Instance, hello.Instance);
        Assert.Equal(Sample.LastConnection, hello.LastConnection);
        Assert.Equal(Sample.Capabilities, hello.Capabilities);
        Assert.Equal("beta", hello.Gateway);
        Assert.Equal(Sample.Devices, hello.Devices);
    }

    [Fact]
    public void Hello_TryRead_EveryTruncation_False()
    {
        for (int length = 0; length < SampleBytes.Length; length++)
            Assert.False(Hello.TryRead(SampleBytes.AsSpan(0, length), out _), $"{length} bytes");
    }

    [Fact]
    public void Hello_TryRead_UnknownTail_Ignored() => Assert.True(Hello.TryRead([.. SampleBytes, 1, 2, 3], out _));

    [Theory]
    [InlineData(0, (byte)'r')] // magic
    [InlineData(4, (byte)9)] // an empty range: 9..3 in the low byte, high bytes below
    [InlineData(24, (byte)3)] // one device more than there is
    [InlineData(26, (byte)0)] // empty gateway name
    [InlineData(27, (byte)'/')] // a character that no name has
    [InlineData(32, (byte)0)] // role
    [InlineData(32, (byte)3)] // role
    [InlineData(35, (byte)0xC3)] // not ASCII
    public void Hello_TryRead_Malformed_False(int at, byte value)
    {
        byte[] bytes = [.. SampleBytes];
        bytes[at] = value;
        if (at == 4)
            bytes[5] = 9;
        Assert.False(Hello.TryRead(bytes, out _));
    }

    [Fact]
    public void Hello_TryRead_DeviceTwice_False()
    {
        byte[] buffer = new byte[FrameHeader.MaximumPayload];
        Hello twice = new()
        {
            VersionMinimum = 1,
            VersionMaximum = 1,
            Instance = 1,
            LastConnection = 0,
            Gateway = "beta",
            Devices = [new HelloDevice("m4", 7, LaneRole.Driver), new HelloDevice("m4", 7, LaneRole.Device)],
        };
        Assert.False(Hello.TryRead(buffer.AsSpan(0, twice.Write(buffer)), out _));
    }

    [Fact]
    public void Hello_MostAndLongestDevices_FitOneFrame()
    {
        HelloDevice[] devices = [.. Enumerable.Range(0, Hello.MaximumDevices).Select(i => new HelloDevice(i.ToString("D63", null), ushort.MaxValue, LaneRole.Device))];
        Hello largest = new() { VersionMinimum = 1, VersionMaximum = 1, Instance = 1, LastConnection = 0, Gateway = new string('g', LinkName.MaximumLength), Devices = devices };
        byte[] buffer = new byte[FrameHeader.MaximumPayload];
        Assert.True(Hello.TryRead(buffer.AsSpan(0, largest.Write(buffer)), out Hello? read));
        Assert.Equal(devices, read!.Devices);
    }

    [Fact]
    public void Hello_RandomBytes_NeverThrow()
    {
        int seed = Environment.TickCount;
        Random random = new(seed);
        for (int i = 0; i < 20000; i++)
        {
            byte[] bytes = [.. SampleBytes];
            for (int j = random.Next(4); j >= 0; j--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            Exception? thrown = Record.Exception(() => Hello.TryRead(bytes.AsSpan(0, random.Next(bytes.Length + 1)), out _));
            Assert.True(thrown is null, $"seed {seed}, {i}: {thrown}");
        }
    }

    [Fact]
    public void PingToken_RoundTrip_GoldenBytes()
    {
        byte[] buffer = new byte[8];
        Assert.Equal(8, PingToken.Write(buffer, 0x0102030405060708));
        Assert.Equal([8, 7, 6, 5, 4, 3, 2, 1], buffer);
        Assert.True(PingToken.TryRead(buffer, out ulong token));
        Assert.Equal(0x0102030405060708u, token);
        for (int length = 0; length < 8; length++)
            Assert.False(PingToken.TryRead(buffer.AsSpan(0, length), out _));
        Assert.False(PingToken.TryRead(new byte[9], out _));
    }

    [Fact]
    public void CloseNotice_RoundTrip_GoldenBytes()
    {
        byte[] buffer = new byte[600];
        int length = new CloseNotice(CloseReason.SequenceGap, "gap").Write(buffer);
        Assert.Equal([7, 0, 3, 0, (byte)'g', (byte)'a', (byte)'p'], buffer[..length]);
        Assert.True(CloseNotice.TryRead(buffer.AsSpan(0, length), out CloseNotice close));
        Assert.Equal(new CloseNotice(CloseReason.SequenceGap, "gap"), close);
        for (int cut = 0; cut < length; cut++)
            Assert.False(CloseNotice.TryRead(buffer.AsSpan(0, cut), out _));
        Assert.False(CloseNotice.TryRead(buffer.AsSpan(0, length + 1), out _));
    }

    [Fact]
    public void CloseNotice_LongText_CutBetweenCharacters()
    {
        byte[] buffer = new byte[600];
        int length = new CloseNotice(CloseReason.Shutdown, "x" + new string('é', 400)).Write(buffer);
        Assert.True(CloseNotice.TryRead(buffer.AsSpan(0, length), out CloseNotice close));
        Assert.Equal("x" + new string('é', 255), close.Text);
    }

    [Fact]
    public void CloseNotice_ControlCharacters_AreReplaced()
    {
        byte[] text = Encoding.UTF8.GetBytes("a\nb\u001b[31m");
        byte[] payload = [1, 0, (byte)text.Length, 0, .. text];
        Assert.True(CloseNotice.TryRead(payload, out CloseNotice close));
        Assert.Equal("a?b?[31m", close.Text);
    }

    [Fact]
    public void CloseNotice_ReasonOfALaterVersion_IsKept()
    {
        Assert.True(CloseNotice.TryRead([0xE8, 3, 0, 0], out CloseNotice close));
        Assert.Equal((CloseReason)1000, close.Reason);
    }

    [Fact]
    public void LaneOpen_RoundTrip_GoldenBytes()
    {
        byte[] buffer = new byte[64];
        int length = LaneOpen.Write(buffer, "m4");
        Assert.Equal([2, (byte)'m', (byte)'4'], buffer[..length]);
        Assert.True(LaneOpen.TryRead(buffer.AsSpan(0, length), out string device));
        Assert.Equal("m4", device);
        for (int cut = 0; cut < length; cut++)
            Assert.False(LaneOpen.TryRead(buffer.AsSpan(0, cut), out _));
        Assert.False(LaneOpen.TryRead(buffer.AsSpan(0, length + 1), out _));
    }

    [Theory]
    [InlineData("m4", true)]
    [InlineData("A-z_0.9", true)]
    [InlineData("", false)]
    [InlineData("a b", false)]
    [InlineData("a/b", false)]
    [InlineData("é", false)]
    [InlineData(null, false)]
    public void LinkName_IsValid_OnlyTheAllowedBytes(string? name, bool valid) => Assert.Equal(valid, LinkName.IsValid(name));

    [Fact]
    public void LinkName_IsValid_LengthLimit()
    {
        Assert.True(LinkName.IsValid(new string('a', 63)));
        Assert.False(LinkName.IsValid(new string('a', 64)));
    }
}
