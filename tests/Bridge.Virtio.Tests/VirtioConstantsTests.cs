namespace Bridge.Virtio.Tests;

/// <summary>Numbers that others depend on: a changed one is a changed interface.</summary>
public sealed class VirtioConstantsTests
{
    [Fact]
    public void RingFault_Numbers_AreFrozen() => Assert.Equal(
        [
            "None=0", "OutsideWindow=1", "BadSize=2", "Misaligned=3", "IndexJump=4", "HeadOutOfRange=5", "NextOutOfRange=6", "ChainTooLong=7",
            "ReadableAfterWritable=8", "NestedIndirect=9", "IndirectNotNegotiated=10", "IndirectWithNext=11", "IndirectLength=12", "ChainOverflow=13",
            "UsedIdOutOfRange=14", "UsedIdNotOutstanding=15", "UsedIndexJump=16", "HeadInUse=17", "SegmentTooLong=18", "ZeroLengthIndirect=19",
        ],
        Enum.GetValues<RingFault>().Select(fault => $"{fault}={(int)fault}"));

    [Fact]
    public void DeviceStatus_Numbers_AreTheSpecifications() => Assert.Equal(
        ["None=0", "Acknowledge=1", "Driver=2", "DriverOk=4", "FeaturesOk=8", "NeedsReset=64", "Failed=128"],
        Enum.GetValues<DeviceStatus>().Select(status => $"{status}={(int)status}"));

    [Theory]
    [InlineData(0ul, "none")]
    [InlineData(1ul << 32, "VERSION_1")]
    [InlineData(1ul << 50 | 1ul << 32, "VERSION_1, bit 50")]
    [InlineData(1ul | 1ul << 63, "bit 0, bit 63")]
    [InlineData(1ul << 24 | 1ul << 27 | 1ul << 28 | 1ul << 29, "NOTIFY_ON_EMPTY, ANY_LAYOUT, INDIRECT_DESC, EVENT_IDX")]
    [InlineData(0x1feul << 32, "ACCESS_PLATFORM, RING_PACKED, IN_ORDER, ORDER_PLATFORM, SR_IOV, NOTIFICATION_DATA, NOTIF_CONFIG_DATA, RING_RESET")]
    public void Describe_Features_NamesThemLowestFirst(ulong features, string text) => Assert.Equal(text, VirtioFeatures.Describe(features));

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(1025)]
    public void MaximumSegments_OutOfRange_Throws(int maximumSegments)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new RingOptions(MaximumSegments: maximumSegments));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RingOptions() with { MaximumSegments = maximumSegments });
    }
}
