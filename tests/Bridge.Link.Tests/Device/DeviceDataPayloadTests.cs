using Bridge.Link.Frames.Device;

namespace Bridge.Link.Tests.Device;

/// <summary>Golden bytes, every truncation and impossible values of the data payloads of device lanes.</summary>
public sealed class DeviceDataPayloadTests
{
    [Fact]
    public void Posted_RoundTrip_GoldenBytes()
    {
        var payload = new PostedPayload(0x0102, 0x0304, 0x11121314, 0x2122232425262728, 0x3132333435363738);
        byte[] bytes =
        [
            2, 1, 4, 3, 0x14, 0x13, 0x12, 0x11,
            0x28, 0x27, 0x26, 0x25, 0x24, 0x23, 0x22, 0x21,
            0x38, 0x37, 0x36, 0x35, 0x34, 0x33, 0x32, 0x31,
        ];
        Assert.Equal(bytes, Payload.Written(room =>
        {
            payload.Write(room);
            return PostedPayload.Size;
        }));
        Assert.Equal(payload, PostedPayload.Read([.. bytes, 9]));
        Payload.AtLeast(bytes, PostedPayload.Size, cut => PostedPayload.Read(cut));
    }

    [Fact]
    public void PostedChain_RoundTrip_GoldenBytes()
    {
        byte[] bytes = [2, 0, 1, 0, 5, 0, 0, 0, 4, 3, 2, 1, 0xFF, 0xFF, 0xFF, 0xFF];
        Assert.Equal(bytes[..4], Payload.Written(room =>
        {
            PostedPayload.WriteChain(room, readable: 2, writable: 1);
            return PostedPayload.ChainSize;
        }));
        Assert.Equal(bytes.Length, PostedPayload.ShapeSize(3));
        Assert.Equal((2, 1), PostedPayload.ReadChain([.. bytes, 1, 2, 3]));
        Payload.AtLeast(bytes, PostedPayload.ShapeSize(3), cut => PostedPayload.ReadChain(cut));
    }

    [Theory]
    [InlineData(0, 0, false)]
    [InlineData(1, 0, true)]
    [InlineData(0, 1, true)]
    [InlineData(PostedPayload.MaximumSegments, 0, true)]
    [InlineData(512, 512, true)]
    [InlineData(512, 513, false)]
    [InlineData(0, PostedPayload.MaximumSegments + 1, false)]
    [InlineData(ushort.MaxValue, ushort.MaxValue, false)]
    public void PostedChain_NumberOfSegments_IsLimited(int readable, int writable, bool possible)
    {
        byte[] bytes = new byte[PostedPayload.ShapeSize(2 * ushort.MaxValue)];
        PostedPayload.WriteChain(bytes, readable, writable);
        if (possible)
            Assert.Equal((readable, writable), PostedPayload.ReadChain(bytes));
        else
            Payload.Refused(() => PostedPayload.ReadChain(bytes));
    }

    [Theory]
    [InlineData(FrameType.PostedMore)]
    [InlineData(FrameType.UsedMore)]
    public void More_RoundTrip_GoldenBytes(FrameType type)
    {
        var payload = new MorePayload(0x0102, 0x11121314, 0x2122232425262728, 0x3132333435363738);
        byte[] bytes =
        [
            2, 1, 0, 0, 0x14, 0x13, 0x12, 0x11,
            0x28, 0x27, 0x26, 0x25, 0x24, 0x23, 0x22, 0x21,
            0x38, 0x37, 0x36, 0x35, 0x34, 0x33, 0x32, 0x31,
            0x77,
        ];
        Assert.Equal(bytes[..^1], Payload.Written(room =>
        {
            payload.Write(room);
            return MorePayload.Size;
        }));
        Assert.Equal(payload, MorePayload.Read(type, bytes));
        // A frame that continues something brings at least one byte of it.
        Payload.AtLeast(bytes, MorePayload.Size + 1, cut => MorePayload.Read(type, cut));
    }

    [Fact]
    public void Used_RoundTrip_GoldenBytes()
    {
        var payload = new UsedPayload(0x0102, 0x0304, 0x11121314, 0x2122232425262728);
        byte[] bytes = [2, 1, 4, 3, 0x14, 0x13, 0x12, 0x11, 0x28, 0x27, 0x26, 0x25, 0x24, 0x23, 0x22, 0x21];
        Assert.Equal(bytes, Payload.Written(room =>
        {
            payload.Write(room);
            return UsedPayload.Size;
        }));
        Assert.Equal(payload, UsedPayload.Read([.. bytes, 9]));
        Payload.AtLeast(bytes, UsedPayload.Size, cut => UsedPayload.Read(cut));
    }

    [Fact]
    public void UsedEntry_RoundTrip_GoldenBytes()
    {
        var payload = new UsedEntry(0x2122232425262728, 0x11121314, 0x01020304);
        byte[] bytes = [0x28, 0x27, 0x26, 0x25, 0x24, 0x23, 0x22, 0x21, 0x14, 0x13, 0x12, 0x11, 4, 3, 2, 1];
        Assert.Equal(bytes, Payload.Written(room =>
        {
            payload.Write(room);
            return UsedEntry.Size;
        }));
        Assert.Equal(payload, UsedEntry.Read([.. bytes, 9]));
        Payload.AtLeast(bytes, UsedEntry.Size, cut => UsedEntry.Read(cut));
    }

    [Fact]
    public void RandomBytes_AreReadOrRefused_NeverAnythingElse()
    {
        int seed = Environment.TickCount;
        var random = new Random(seed);
        for (int i = 0; i < 20_000; i++)
        {
            byte[] bytes = new byte[random.Next(120)];
            random.NextBytes(bytes);
            if (bytes.Length > 4)
                (bytes[1], bytes[2], bytes[3]) = (0, (byte)random.Next(4), 0);
            foreach (Action read in Readers(bytes))
            {
                Exception? thrown = Record.Exception(read);
                Assert.True(thrown is null or LinkProtocolException { Reason: CloseReason.BadFrame }, $"seed {seed}, {i}: {thrown}");
            }
        }
    }

    private static Action[] Readers(byte[] bytes) =>
    [
        () => DeviceInfoPayload.Read(bytes),
        () => ResumePayload.Read(FrameType.ResumeDriver, bytes),
        () => SetDriverFeaturesPayload.Read(bytes),
        () => SetVirtqueuePayload.Read(bytes),
        () => DeviceStatusPayload.Read(FrameType.DeviceStatus, bytes),
        () => EventConfigurationPayload.Read(bytes),
        () => PostedPayload.Read(bytes),
        () => PostedPayload.ReadChain(bytes),
        () => MorePayload.Read(FrameType.UsedMore, bytes),
        () => UsedPayload.Read(bytes),
        () => UsedEntry.Read(bytes),
    ];
}
