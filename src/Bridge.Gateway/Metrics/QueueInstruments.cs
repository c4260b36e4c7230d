using System.Diagnostics.Metrics;
using Bridge.Relay;

namespace Bridge.Gateway.Metrics;

/// <summary>The instruments of virtqueues. Counters go on through all lives of a queue; while a device has no driver its queues are absent.</summary>
internal static class QueueInstruments
{
    /// <summary>Adds them to a meter.</summary>
    public static void AddTo(MeasuredMeter meter)
    {
        meter.Counter("rpmsg_bridge.queue.chains", "{chain}", "Descriptor chains: posted towards the device, and used back towards the driver; an rpmsg message is a chain.", now =>
            Each(now, "direction", (_, queue) => [("to_device", queue.Totals.Posted), ("to_driver", queue.Totals.Used)]));
        meter.Counter("rpmsg_bridge.queue.payload", "By", "Bytes of these chains: readable ones towards the device, written ones towards the driver, rpmsg headers included.", now =>
            Each(now, "direction", (_, queue) => [("to_device", queue.Totals.PostedBytes), ("to_driver", queue.Totals.UsedBytes)]));
        meter.Gauge("rpmsg_bridge.queue.in_flight", "{chain}", "Chains in this gateway's table: taken and not given back yet.", now => Each(now, (_, queue) => queue.InFlight));
        meter.Gauge("rpmsg_bridge.queue.waiting", "{chain}", "What of them waits, and for whom.", now =>
            Each(now, "waits_for", (_, queue) => [("link", queue.WaitingForLink), ("peer", queue.WaitingForPeer), ("ring", queue.WaitingForRing)]));
        meter.Gauge("rpmsg_bridge.queue.ring", "{entry}", "Entries of this machine's ring, by who has them.", now =>
            Each(now, "owner", (_, queue) => [("driver", queue.Ring.WithDriver), ("device", queue.Ring.WithDevice)]));
        meter.Gauge("rpmsg_bridge.queue.pool", "{place}", "Places of the vhost side's pool, as this side knows them: on the virtio side free ones are its credit.", now =>
            Each(now, "state", (_, queue) => [("free", queue.FreePlaces), ("taken", queue.Places - queue.FreePlaces)]));
        meter.Counter("rpmsg_bridge.queue.notifications", "{notification}", "Notifications between this gateway and its neighbour on this machine: sent to it, suppressed because it did not want them, received from it.", now =>
            Each(now, "outcome", (_, queue) => [("sent", queue.Totals.Notified), ("suppressed", queue.Totals.Suppressed), ("received", queue.Totals.Doorbells)]));
        meter.Gauge("rpmsg_bridge.queue.held", "", "1 while one slow reader makes the whole queue wait.", now =>
            Each(now, (device, queue) => device.Port.HeldBy is not null && device.Port.HeldQueue == queue.Index ? 1 : 0));
        meter.Gauge("rpmsg_bridge.queue.broken", "", "1 while the queue is stopped because its ring is broken.", now => Each(now, (_, queue) => queue.Fault is null ? 0 : 1));
    }

    private static IEnumerable<Measurement<long>> Each(GatewayMeasures now, Func<DeviceMeasures, QueueStatus, long> read) =>
        now.Devices.SelectMany(device => device.Relay.Queues.Select(queue => MeasuredMeter.Of(
            read(device, queue), ("device", device.Configuration.Name), ("queue", GatewayInstruments.Number(queue.Index)))));

    private static IEnumerable<Measurement<long>> Each(GatewayMeasures now, string tag, Func<DeviceMeasures, QueueStatus, (string Label, long Value)[]> read) =>
        now.Devices.SelectMany(device => device.Relay.Queues.SelectMany(queue => read(device, queue).Select(figure => MeasuredMeter.Of(
            figure.Value, ("device", device.Configuration.Name), ("queue", GatewayInstruments.Number(queue.Index)), (tag, figure.Label)))));
}
