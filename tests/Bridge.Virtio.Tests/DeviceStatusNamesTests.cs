namespace Bridge.Virtio.Tests;

public sealed class DeviceStatusNamesTests
{
    [Theory]
    [InlineData(DeviceStatus.None, "reset")]
    [InlineData(DeviceStatus.DriverOk | DeviceStatus.FeaturesOk | DeviceStatus.Acknowledge | DeviceStatus.Driver, "ACKNOWLEDGE DRIVER FEATURES_OK DRIVER_OK")]
    [InlineData(DeviceStatus.NeedsReset | DeviceStatus.Failed, "DEVICE_NEEDS_RESET FAILED")]
    public void Describe_Bits_NamesInTheOrderOfInitialization(DeviceStatus status, string expected) => Assert.Equal(expected, status.Describe());

    [Fact]
    public void DescribeFeatures_DeviceNames_AreUsedWhereTheSpecificationHasNone() =>
        Assert.Equal("RPMSG_F_NS, VERSION_1, bit 57", VirtioFeatures.Describe(1UL | VirtioFeatures.Version1 | 1UL << 57, new Dictionary<int, string> { [0] = "RPMSG_F_NS" }));
}
