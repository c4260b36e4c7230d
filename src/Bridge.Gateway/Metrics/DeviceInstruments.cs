using System.Diagnostics.Metrics;
using Bridge.Gateway.Configuration;
using Bridge.Gateway.Reports;

namespace Bridge.Gateway.Metrics;

/// <summary>The instruments of devices and of their applications.</summary>
internal static class DeviceInstruments
{
    /// <summary>Adds them to a meter.</summary>
    public static void AddTo(MeasuredMeter meter)
    {
        meter.Gauge("rpmsg_bridge.device.info", "", "1, with what the device is.", now => now.Devices.Select(device => MeasuredMeter.Of(
            1L,
            ("device", device.Configuration.Name),
            ("link", device.Configuration.Link),
            ("side", ChoiceName.Of(device.Configuration.Side)),
            ("type", ChoiceName.Of(device.Configuration.Type)),
            ("port", ChoiceName.Of(device.Configuration.Port)))));
        meter.Gauge("rpmsg_bridge.device.driver_ok", "", "1 while the driver has said DRIVER_OK and the device works.", now => Each(now, device => device.Report.DriverOk ? 1 : 0));
        meter.Gauge("rpmsg_bridge.device.connected", "", "1 while the device's lane has a connection and both sides have stated where they stand.", now => Each(now, device => device.Relay.Live ? 1 : 0));
        AddMessages(meter);
        AddCounters(meter);
        meter.Gauge("rpmsg_bridge.endpoint.queue", "{message}", "Messages that wait until an application of this machine reads; for services and for what applications have opened.", now =>
            now.Devices.SelectMany(device => device.Port.Channels
                // Not for every name that the other side announces: what it may invent must not become series without end.
                .Where(entry => entry.Waiting is not null || entry.Kind == "service")
                .GroupBy(entry => (entry.Kind, entry.Name))
                .Select(entries => MeasuredMeter.Of((long)entries.Sum(Waiting), ("device", device.Configuration.Name), ("kind", entries.Key.Kind), ("name", entries.Key.Name)))));
    }

    private static int Waiting(ChannelReport entry) => entry.Waiting ?? 0;

    private static void AddMessages(MeasuredMeter meter)
    {
        meter.Counter("rpmsg_bridge.messages", "{message}", "rpmsg messages of endpoints of this machine.", now => Directions(now, "bus.sent", "bus.received"));
        meter.Counter("rpmsg_bridge.messages.payload", "By", "Payload of these messages.", now => Directions(now, "bus.sentBytes", "bus.receivedBytes"));
    }

    private static void AddCounters(MeasuredMeter meter)
    {
        meter.Counter("rpmsg_bridge.messages.dropped", "{message}", "Messages dropped because the configuration says so. Always 0 without such a policy.", now =>
            now.Devices.SelectMany(device => CounterFamilies.Dropped.Select(dropped => MeasuredMeter.Of(
                device.Port.Counters.GetValueOrDefault(dropped.Key), ("device", device.Configuration.Name), ("reason", dropped.Value)))));
        meter.Counter("rpmsg_bridge.messages.undelivered", "{message}", "Messages that nobody could be given, by reason.", now => Counted(now, CounterFamilies.Undelivered, "reason"));
        meter.Counter("rpmsg_bridge.faults", "{fault}", "Broken rules of neighbours and peers, malformed traffic and failures, by type.", now => Counted(now, CounterFamilies.Fault, "type"));
        meter.Counter("rpmsg_bridge.device.events", "{event}", "Everything else that is counted, by event.", now => Counted(now, CounterFamilies.Event, "event"));
    }

    private static IEnumerable<Measurement<long>> Counted(GatewayMeasures now, Func<string, string?> labelOf, string tag) => now.Devices.SelectMany(device =>
        device.Port.Counters.Where(counter => labelOf(counter.Key) is not null).Select(counter => MeasuredMeter.Of(
            counter.Value, ("device", device.Configuration.Name), (tag, labelOf(counter.Key)!))));

    private static IEnumerable<Measurement<long>> Directions(GatewayMeasures now, string sent, string received) =>
        now.Devices.Where(device => device.Port.Bus is not null).SelectMany(device => new[]
        {
            MeasuredMeter.Of(device.Port.Counters[sent], ("device", device.Configuration.Name), ("direction", "sent")),
            MeasuredMeter.Of(device.Port.Counters[received], ("device", device.Configuration.Name), ("direction", "received")),
        });

    private static IEnumerable<Measurement<long>> Each(GatewayMeasures now, Func<DeviceMeasures, long> read) =>
        now.Devices.Select(device => MeasuredMeter.Of(read(device), ("device", device.Configuration.Name)));
}
