using Bridge.Link.Frames.Device;

namespace Bridge.Link.Tests.Device;

/// <summary>Golden bytes, every truncation and impossible values of the control payloads of device lanes.</summary>
public sealed class DeviceControlPayloadTests
{
    private static readonly DeviceInfoPayload Info = new(
        7, 0x11223344, 0x8877665544332211, 0xA1B2C3D4, [new QueueOffer(256, 128, 512), new QueueOffer(0x8000, 1, 0x7FFFFFFF)], new byte[] { 0xC0, 0xC1, 0xC2 });

    private static readonly byte[] InfoBytes =
    [
        7, 0, 2, 0, 0x44, 0x33, 0x22, 0x11,
        0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88,
        0xD4, 0xC3, 0xB2, 0xA1, 3, 0, 0, 0,
        0, 1, 0, 0, 128, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0,
        0, 0x80, 0, 0, 1, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0x7F, 0, 0, 0, 0,
        0xC0, 0xC1, 0xC2,
    ];

    private static readonly ResumePayload Resume = new(
        0x0102030405060708, 0x1112131415161718, 0x2122232425262728, 0x4F,
        [new QueueProgress(1, 0xA1A2A3A4, 0x3132333435363738, 0x4142434445464748), new QueueProgress(0x0203, 5, 6, 7)]);

    private static readonly byte[] ResumeBytes =
    [
        8, 7, 6, 5, 4, 3, 2, 1,
        0x18, 0x17, 0x16, 0x15, 0x14, 0x13, 0x12, 0x11,
        0x28, 0x27, 0x26, 0x25, 0x24, 0x23, 0x22, 0x21,
        0x4F, 0, 2, 0, 0, 0, 0, 0,
        1, 0, 0, 0, 0xA4, 0xA3, 0xA2, 0xA1, 0x38, 0x37, 0x36, 0x35, 0x34, 0x33, 0x32, 0x31, 0x48, 0x47, 0x46, 0x45, 0x44, 0x43, 0x42, 0x41,
        3, 2, 0, 0, 5, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0,
    ];

    [Fact]
    public void DeviceInfo_RoundTrip_GoldenBytes()
    {
        Assert.Equal(InfoBytes, Payload.Written(Info.Write));
        DeviceInfoPayload read = DeviceInfoPayload.Read(InfoBytes);
        Assert.Equal(Info.Queues, read.Queues);
        Assert.Equal(Info.Configuration.ToArray(), read.Configuration.ToArray());
        Assert.Equal(
            (Info.DeviceId, Info.VendorId, Info.Features, Info.ConfigurationGeneration),
            (read.DeviceId, read.VendorId, read.Features, read.ConfigurationGeneration));
    }

    [Fact]
    public void DeviceInfo_EveryOtherLength_IsBadFrame() => Payload.OnlyLength(InfoBytes, bytes => DeviceInfoPayload.Read(bytes));

    [Theory]
    [InlineData(2, 0)] // No queue.
    [InlineData(2, 1)] // One fewer than there are bytes for.
    [InlineData(2, 3)] // One more.
    [InlineData(20, 4)] // More configuration than bytes.
    [InlineData(24, 0xFF)] // A ring of 0x1FF entries.
    [InlineData(28, 0)] // No place.
    [InlineData(40, 1)] // A ring of 0x8001 entries.
    [InlineData(46, 1)] // 0x10001 places.
    [InlineData(51, 0x80)] // A place of 2^32 - 1 bytes.
    public void DeviceInfo_ImpossibleValue_IsBadFrame(int at, byte value)
    {
        byte[] bytes = [.. InfoBytes];
        bytes[at] = value;
        Payload.Refused(() => DeviceInfoPayload.Read(bytes));
    }

    [Fact]
    public void DeviceInfo_ZeroSizes_AreBadFrames()
    {
        byte[] noRing = [.. InfoBytes], noRoom = [.. InfoBytes];
        noRing.AsSpan(24, 4).Clear();
        noRoom.AsSpan(32, 4).Clear();
        Payload.Refused(() => DeviceInfoPayload.Read(noRing));
        Payload.Refused(() => DeviceInfoPayload.Read(noRoom));
    }

    [Fact]
    public void DeviceInfo_MostQueuesAndLongestConfiguration_FitOneFrame()
    {
        var largest = new DeviceInfoPayload(
            7, 0, 0, 0, [.. Enumerable.Repeat(new QueueOffer(32768, 32768, int.MaxValue), DeviceInfoPayload.MaximumQueues)], new byte[DeviceInfoPayload.MaximumConfiguration]);
        byte[] bytes = Payload.Written(largest.Write);
        Assert.Equal(largest.Queues, DeviceInfoPayload.Read(bytes).Queues);
        var tooMany = largest with { Queues = [.. largest.Queues, new QueueOffer(1, 1, 1)] };
        Payload.Refused(() => DeviceInfoPayload.Read(Payload.Written(tooMany.Write)));
        var tooLong = largest with { Configuration = new byte[DeviceInfoPayload.MaximumConfiguration + 1] };
        Payload.Refused(() => DeviceInfoPayload.Read(Payload.Written(tooLong.Write)));
    }

    [Theory]
    [InlineData(FrameType.ResumeDriver)]
    [InlineData(FrameType.ResumeDevice)]
    public void Resume_RoundTrip_GoldenBytes(FrameType type)
    {
        Assert.Equal(ResumeBytes, Payload.Written(Resume.Write));
        ResumePayload read = ResumePayload.Read(type, ResumeBytes);
        Assert.Equal(
            (Resume.DriverLife, Resume.DeviceLife, Resume.Features, Resume.Status),
            (read.DriverLife, read.DeviceLife, read.Features, read.Status));
        Assert.Equal(Resume.Queues, read.Queues);
        Payload.OnlyLength(ResumeBytes, bytes => ResumePayload.Read(type, bytes));
    }

    [Theory]
    [InlineData(1)] // The same queue twice.
    [InlineData(0)] // Out of order.
    public void Resume_QueuesNotAscending_IsBadFrame(byte second)
    {
        byte[] bytes = [.. ResumeBytes];
        (bytes[56], bytes[57]) = (second, 0);
        Payload.Refused(() => ResumePayload.Read(FrameType.ResumeDriver, bytes));
    }

    [Fact]
    public void Resume_MostQueues_FitOneFrame()
    {
        ResumePayload largest = Resume with { Queues = [.. Enumerable.Range(0, DeviceInfoPayload.MaximumQueues).Select(i => new QueueProgress((ushort)i, 1, 2, 3))] };
        Assert.Equal(largest.Queues, ResumePayload.Read(FrameType.ResumeDriver, Payload.Written(largest.Write)).Queues);
        ResumePayload tooMany = largest with { Queues = [.. largest.Queues, new QueueProgress(2000, 1, 2, 3)] };
        Payload.Refused(() => ResumePayload.Read(FrameType.ResumeDriver, Payload.Written(tooMany.Write)));
    }

    [Fact]
    public void SetDriverFeatures_RoundTrip_GoldenBytes()
    {
        var payload = new SetDriverFeaturesPayload(0x0102030405060708);
        byte[] bytes = [8, 7, 6, 5, 4, 3, 2, 1];
        Assert.Equal(bytes, Payload.Written(payload.Write));
        Assert.Equal(payload, SetDriverFeaturesPayload.Read(bytes));
        Payload.OnlyLength(bytes, cut => SetDriverFeaturesPayload.Read(cut));
    }

    [Fact]
    public void SetVirtqueue_RoundTrip_GoldenBytes()
    {
        var payload = new SetVirtqueuePayload(0x0102, 0x11121314, 0x21222324);
        byte[] bytes = [2, 1, 0, 0, 0x14, 0x13, 0x12, 0x11, 0x24, 0x23, 0x22, 0x21];
        Assert.Equal(bytes, Payload.Written(payload.Write));
        Assert.Equal(payload, SetVirtqueuePayload.Read(bytes));
        Payload.OnlyLength(bytes, cut => SetVirtqueuePayload.Read(cut));
    }

    [Theory]
    [InlineData(FrameType.SetDeviceStatus)]
    [InlineData(FrameType.DeviceStatus)]
    public void DeviceStatus_RoundTrip_GoldenBytes(FrameType type)
    {
        var payload = new DeviceStatusPayload(0x4F, 0x0102030405060708);
        byte[] bytes = [0x4F, 0, 0, 0, 0, 0, 0, 0, 8, 7, 6, 5, 4, 3, 2, 1];
        Assert.Equal(bytes, Payload.Written(payload.Write));
        Assert.Equal(payload, DeviceStatusPayload.Read(type, bytes));
        Payload.OnlyLength(bytes, cut => DeviceStatusPayload.Read(type, cut));
    }

    [Fact]
    public void Resume_Writes_AreTheLastFieldBeforeTheQueues()
    {
        byte[] bytes = [.. ResumeBytes];
        new byte[] { 4, 3, 2, 1 }.CopyTo(bytes, 28);
        Assert.Equal(bytes, Payload.Written((Resume with { Writes = 0x01020304 }).Write));
        Assert.Equal(0x01020304u, ResumePayload.Read(FrameType.ResumeDevice, bytes).Writes);
    }

    [Fact]
    public void SetConfiguration_RoundTrip_GoldenBytes()
    {
        byte[] bytes = [4, 3, 2, 1, 8, 7, 6, 5, 32, 0, 0, 0, 2, 0, 0, 0, 0xAA, 0xBB];
        Assert.Equal(bytes, Payload.Written(room => SetConfigurationPayload.Write(room, 0x01020304, 0x05060708, 32, [0xAA, 0xBB])));
        SetConfigurationPayload read = SetConfigurationPayload.Read(bytes);
        Assert.Equal((0x01020304u, 0x05060708u, 32), (read.Number, read.Generation, read.Offset));
        Assert.Equal([0xAA, 0xBB], read.Bytes.ToArray());
        Payload.OnlyLength(bytes, cut => SetConfigurationPayload.Read(cut).Number);
    }

    [Theory]
    [InlineData(4096, 1)] // Behind the longest space.
    [InlineData(4095, 2)]
    [InlineData(uint.MaxValue, 1)]
    [InlineData(0, 0)] // Nothing.
    public void SetConfiguration_PlaceThatNoSpaceHas_IsBadFrame(uint offset, int length)
    {
        byte[] bytes = [1, 0, 0, 0, 0, 0, 0, 0, .. BitConverter.GetBytes(offset), .. BitConverter.GetBytes(length), .. new byte[length]];
        Payload.Refused(() => SetConfigurationPayload.Read(bytes).Number);
    }

    [Fact]
    public void Configuration_RoundTrip_GoldenBytes()
    {
        byte[] bytes = [4, 3, 2, 1, 8, 7, 6, 5, 2, 0, 0, 0, 0xAA, 0xBB];
        Assert.Equal(bytes, Payload.Written(room => ConfigurationPayload.Write(room, 0x01020304, 0x05060708, [0xAA, 0xBB])));
        ConfigurationPayload read = ConfigurationPayload.Read(bytes);
        Assert.Equal((0x01020304u, 0x05060708u), (read.Number, read.Generation));
        Assert.Equal([0xAA, 0xBB], read.Configuration.ToArray());
        Payload.OnlyLength(bytes, cut => ConfigurationPayload.Read(cut).Generation);
    }

    [Fact]
    public void EventConfiguration_RoundTrip_GoldenBytes()
    {
        byte[] bytes = [4, 3, 2, 1, 2, 0, 0, 0, 0xAA, 0xBB];
        Assert.Equal(bytes, Payload.Written(room => EventConfigurationPayload.Write(room, 0x01020304, [0xAA, 0xBB])));
        EventConfigurationPayload read = EventConfigurationPayload.Read(bytes);
        Assert.Equal(0x01020304u, read.Generation);
        Assert.Equal([0xAA, 0xBB], read.Configuration.ToArray());
        Payload.OnlyLength(bytes, cut => EventConfigurationPayload.Read(cut).Generation);
    }

    [Fact]
    public void EventConfiguration_LongerThanTheLimit_IsBadFrame()
    {
        byte[] longest = Payload.Written(room => EventConfigurationPayload.Write(room, 1, new byte[DeviceInfoPayload.MaximumConfiguration]));
        Assert.Equal(DeviceInfoPayload.MaximumConfiguration, EventConfigurationPayload.Read(longest).Configuration.Length);
        byte[] tooLong = Payload.Written(room => EventConfigurationPayload.Write(room, 1, new byte[DeviceInfoPayload.MaximumConfiguration + 1]));
        Payload.Refused(() => EventConfigurationPayload.Read(tooLong).Generation);
    }
}
