using Bridge.Link;
using Bridge.Link.Frames.Device;
using Bridge.Relay.Tests.Rigs;
using Bridge.Virtio;

namespace Bridge.Relay.Tests;

/// <summary>X, Y and Z of the source thread: the offer is cut to what the bridge carries, what the driver accepts reaches the device, and each cut is logged.</summary>
public sealed class FeatureMediationTests
{
    private const ulong NameService = 1;
    private const ulong AllHopLocal = 1UL << 24 | 1UL << 26 | 1UL << 28 | 1UL << 29 | 1UL << 30 | 1UL << 33 | 1UL << 34 | 1UL << 36 | 1UL << 38;

    [Fact]
    public void HopLocal_IsExactlyTheSpecifiedBits() => Assert.Equal(AllHopLocal, DeviceRow.HopLocal);

    [Fact]
    public void DeviceSide_Offer_IsCutAndTheCutIsLogged()
    {
        var log = new CapturedLog();
        var device = new FakeDevice(8, 8);
        device.Offer = device.Offer with { Features = VirtioFeatures.Version1 | NameService | VirtioFeatures.InOrder | 1UL << 50 | AllHopLocal };
        using var relay = new DeviceRelay("dev", device, new PoolOptions(), TimeProvider.System, log);
        var peer = new PeerLane(relay);
        peer.Up();
        DeviceInfoPayload info = DeviceInfoPayload.Read(peer.Take()[0].Payload);
        Assert.Equal(VirtioFeatures.Version1 | NameService, info.Features);
        string line = Assert.Single(log.Of("OfferCut"));
        Assert.Contains("IN_ORDER, bit 50", line, StringComparison.Ordinal);
        Assert.DoesNotContain("EVENT_IDX", line, StringComparison.Ordinal);
    }

    [Fact]
    public void DeviceSide_NothingToCut_LogsNothing()
    {
        using DeviceRig rig = new();
        Assert.Empty(rig.Log.Of("OfferCut"));
    }

    [Fact]
    public void DriverSide_OfferBeyondTheTable_IsCutOnceMoreAndLogged()
    {
        using DriverRig rig = new();
        rig.Peer.Up();
        rig.Give(FrameType.DeviceInfo, PeerFrames.Info(DeviceTable.Rpmsg, VirtioFeatures.Version1 | NameService | VirtioFeatures.InOrder | AllHopLocal, rig.Offers));
        rig.Pump();
        Assert.Equal(VirtioFeatures.Version1 | NameService | VirtioFeatures.EventIndex | VirtioFeatures.IndirectDescriptors, Assert.Single(rig.Driver.Offers).Features);
        Assert.Contains("IN_ORDER", Assert.Single(rig.Log.Of("OfferCut")), StringComparison.Ordinal);
        Assert.Contains("virtio id 7 with 2 queues", Assert.Single(rig.Log.Of("OfferReceived")), StringComparison.Ordinal);
    }

    [Fact]
    public void DriverSide_Accepted_TravelsWithoutHopLocalBitsAndWithoutInventions()
    {
        using DriverRig rig = new();
        rig.Up();
        rig.Relay.Reset();
        rig.Pump();
        rig.Give(FrameType.DeviceStatus, PeerFrames.Status(0, rig.Relay.DriverLife));
        rig.Peer.Take();
        // It accepts what is offered but the name service, and two bits that are not.
        rig.Relay.SetFeatures(VirtioFeatures.Version1 | VirtioFeatures.EventIndex | VirtioFeatures.IndirectDescriptors | VirtioFeatures.RingPacked | 1UL << 50);
        rig.Relay.SetStatus(DeviceStatus.Acknowledge | DeviceStatus.Driver | DeviceStatus.FeaturesOk);
        Frame features = rig.PumpAndTake()[0];
        Assert.Equal(FrameType.SetDriverFeatures, features.Type);
        Assert.Equal(VirtioFeatures.Version1, SetDriverFeaturesPayload.Read(features.Payload).Features);
        Assert.Equal(VirtioFeatures.Version1 | VirtioFeatures.EventIndex | VirtioFeatures.IndirectDescriptors, rig.Relay.ReadStatus().Features);
        string line = Assert.Single(rig.Log.Of("DriverAccepted"));
        Assert.Contains("accepted INDIRECT_DESC, EVENT_IDX, VERSION_1; it left out RPMSG_F_NS", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(VirtioFeatures.Version1 | VirtioFeatures.EventIndex | NameService, VirtioFeatures.Version1 | NameService, VirtioFeatures.Version1 | NameService | VirtioFeatures.EventIndex)]
    [InlineData(VirtioFeatures.Version1 | NameService, VirtioFeatures.Version1, VirtioFeatures.Version1)]
    [InlineData(VirtioFeatures.Version1 | VirtioFeatures.IndirectDescriptors, VirtioFeatures.Version1, VirtioFeatures.Version1)]
    public void DeviceSide_Start_GetsWhatTheDriverAcceptedAndItsOwnHop(ulong offered, ulong accepted, ulong started)
    {
        using DeviceRig rig = new();
        rig.Device.Offer = rig.Device.Offer with { Features = offered };
        rig.Up();
        rig.Begin(accepted);
        Assert.Equal(started, rig.Device.Features);
        Assert.Single(rig.Log.Of("DeviceStarted"));
    }

    [Theory]
    [InlineData(1UL << 29)] // Hop-local: the driver side's own business, never to be passed.
    [InlineData(1UL << 34)]
    [InlineData(1UL << 1)] // Address service: carried, but the device does not offer it.
    public void DeviceSide_FeaturesThatNobodyOffered_StartNothing(ulong extra)
    {
        using DeviceRig rig = new();
        rig.Up();
        rig.Begin(VirtioFeatures.Version1 | extra);
        Assert.Equal(0, rig.Device.Starts);
        Assert.Single(rig.Log.Of("NeedsReset"));
    }

    [Fact]
    public void DeviceSide_OfferChanged_SendsTheConfigurationByValue()
    {
        using DeviceRig rig = new DeviceRig().Run();
        rig.Device.Offer = rig.Device.Offer with { ConfigurationGeneration = 2, Configuration = new byte[] { 4, 5 } };
        rig.Device.Relay!.OnOfferChanged();
        Frame sent = Assert.Single(rig.PumpAndTake());
        EventConfigurationPayload payload = EventConfigurationPayload.Read(sent.Payload);
        Assert.Equal((FrameType.EventConfiguration, 2u, "0405"), (sent.Type, payload.Generation, Convert.ToHexString(payload.Configuration)));
        Assert.Empty(rig.PumpAndTake());
    }
}
