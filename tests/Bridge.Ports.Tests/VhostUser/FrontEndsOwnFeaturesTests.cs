using Bridge.Ports.Polling;
using Bridge.Ports.VhostUser;
using Bridge.Ports.VhostUser.Messages;
using Bridge.Relay;
using Bridge.Virtio;
using Microsoft.Extensions.Logging.Abstractions;

namespace Bridge.Ports.Tests.VhostUser;

/// <summary>QEMU answers for some features itself, and lets the back end have them although it did not offer them.</summary>
[Trait("Category", "VhostUser")]
public sealed class FrontEndsOwnFeaturesTests
{
    private const ulong Offered = VirtioFeatures.Version1, ScsiChange = 1 << 2, ScsiProtection = 1 << 3, BlockSegments = 1 << 2;

    [Fact]
    public void SetFeatures_WithChangeOfAScsiHost_IsAcceptedWithoutIt() => SetFeatures(DeviceTable.Scsi, ScsiChange);

    [Fact]
    public void SetFeatures_WithWhatChangesARequestsLayout_IsAFault() =>
        Assert.Contains("not offered", Assert.Throws<FrontEndFaultException>(() => SetFeatures(DeviceTable.Scsi, ScsiProtection)).Message, StringComparison.Ordinal);

    [Fact]
    public void SetFeatures_WithTheSameBitOfAnotherDevice_IsAFault() => Assert.Throws<FrontEndFaultException>(() => SetFeatures(DeviceTable.Block, BlockSegments));

    private static void SetFeatures(ushort id, ulong more)
    {
        using var poll = new PollThread("v", () => { }, TimeProvider.System, NullLogger.Instance);
        using var driver = new BlockDriver();
        DeviceOffer offer = new(id, 0, Offered, 0, ReadOnlyMemory<byte>.Empty, [64, 64, 64]);
        var options = new VhostUserOptions { Device = "v", SocketPath = "/nowhere" };
        var relay = new DriverRelay("v", driver, TimeProvider.System, NullLogger.Instance);
        var vrings = new VringSet("v", offer.QueueSizes.Count, relay, TimeProvider.System, NullLogger.Instance);
        using var backEnd = new BackEnd(options, offer, relay, vrings, poll, new VhostUserCounters());
        byte[] payload = BitConverter.GetBytes(Offered | more), reply = new byte[MessageHeader.Size + MessageHeader.MaximumPayload];
        Assert.Equal(0, backEnd.Handle(new MessageHeader((uint)FrontEndRequest.SetFeatures, MessageHeader.Version, Number.Size), payload, [], reply));
    }
}
