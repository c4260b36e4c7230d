using Bridge.Ports.Polling;
using Bridge.Ports.VhostUser;
using Bridge.Ports.VhostUser.Messages;
using Bridge.Relay;
using Bridge.Virtio;
using Microsoft.Extensions.Logging.Abstractions;

namespace Bridge.Ports.Tests.VhostUser;

/// <summary>What a peer gateway may make of the device under a front end that is connected.</summary>
[Trait("Category", "VhostUser")]
public sealed class ChangedRemoteTests
{
    /// <summary>Found by tests/fuzz, target vhost-front-end: the relay refused the queue that had gone, and the device stopped for good.</summary>
    [Fact]
    public void Offer_WithFewerQueuesThanTheFrontEndWasToldOf_IsAFaultOfThisFrontEndOnly()
    {
        using var poll = new PollThread("v", () => { }, TimeProvider.System, NullLogger.Instance);
        var offer = new DeviceOffer(DeviceTable.Rpmsg, 0, VirtioFeatures.Version1, 0, ReadOnlyMemory<byte>.Empty, [16, 16]);
        var relay = new DriverRelay("v", new NoPort(), TimeProvider.System, NullLogger.Instance);
        var vrings = new VringSet("v", offer.QueueSizes.Count, relay, TimeProvider.System, NullLogger.Instance);
        using var backEnd = new BackEnd(new VhostUserOptions { Device = "v", SocketPath = "unused" }, offer, relay, vrings, poll, new VhostUserCounters());
        backEnd.OnOffer(offer with { QueueSizes = [16, 16, 16] });
        backEnd.Pump();

        backEnd.OnOffer(offer with { QueueSizes = [16] });

        Assert.Contains("1 queues", Assert.Throws<FrontEndFaultException>(backEnd.Pump).Message, StringComparison.Ordinal);
    }

    private sealed class NoPort : IDriverPort
    {
        public void OnOffer(DeviceOffer offer, IDriverRelay relay)
        {
        }

        public void OnUsed(int queue)
        {
        }

        public void OnNeedsReset(string why)
        {
        }

        public void OnResetDone()
        {
        }

        public bool Pump() => false;
    }
}
