using System.Diagnostics.Metrics;
using Bridge.Link;
using Bridge.Link.Transports;

namespace Bridge.Gateway.Metrics;

/// <summary>The instruments of links. Every state, transport and reason is always there, so that a rule about the first time of something has a 0 before it.</summary>
internal static class LinkInstruments
{
    private static readonly CloseReason[] Reasons = [.. Enum.GetValues<CloseReason>().Where(reason => reason != CloseReason.None)];

    private static readonly (LinkState State, string Name)[] States =
        [(LinkState.Connected, "up"), (LinkState.Dialling, "connecting"), (LinkState.Waiting, "down")];

    /// <summary>Adds them to a meter.</summary>
    public static void AddTo(MeasuredMeter meter)
    {
        meter.Gauge("rpmsg_bridge.link.state", "", "1 for the state that the link is in: up, connecting or down.", now =>
            Each(now, link => States.Select(state => MeasuredMeter.Of(IsIn(link, state.State), ("link", link.Name), ("state", state.Name)))));
        meter.Gauge("rpmsg_bridge.link.transport", "", "1 for the transport of the present connection.", now =>
            Each(now, link => Enum.GetValues<TransportKind>().Select(kind => MeasuredMeter.Of(
                link.Transport == kind ? 1L : 0, ("link", link.Name), ("transport", kind.ToString().ToLowerInvariant())))));
        meter.Gauge("rpmsg_bridge.link.round_trip", "s", "Last round trip of the link's own keep-alive; absent without a connection.", now =>
            now.Links.Where(link => link.RoundTrip is not null).Select(link => MeasuredMeter.Of(link.RoundTrip!.Value.TotalSeconds, ("link", link.Name))));
        meter.Counter("rpmsg_bridge.link.connections", "{connection}", "Connections that came up.", now =>
            now.Links.Select(link => MeasuredMeter.Of(link.EndedConnections.Values.Sum() + IsIn(link, LinkState.Connected), ("link", link.Name))));
        meter.Counter("rpmsg_bridge.link.connections.ended", "{connection}", "Connections that were up and ended, by reason; each is followed by a reconnect.", now =>
            Each(now, link => Reasons.Select(reason => MeasuredMeter.Of(link.EndedConnections.GetValueOrDefault(reason), ("link", link.Name), ("reason", reason.ToString())))));
        meter.Counter("rpmsg_bridge.link.dials.failed", "{dial}", "Dials that led to no connection.", now =>
            now.Links.Select(link => MeasuredMeter.Of(link.FailedDials, ("link", link.Name))));
        meter.Counter("rpmsg_bridge.link.traffic", "By", "Bytes of the link's protocol, without TLS.", now => Each(now, link =>
        [
            MeasuredMeter.Of(link.BytesSent, ("link", link.Name), ("direction", "sent")),
            MeasuredMeter.Of(link.BytesReceived, ("link", link.Name), ("direction", "received")),
        ]));
        meter.Counter("rpmsg_bridge.link.frames.stale", "{frame}", "Frames of older connections that were discarded.", now =>
            now.Links.Select(link => MeasuredMeter.Of(link.StaleFrames, ("link", link.Name))));
    }

    // A link that is stopped is as good as down.
    private static long IsIn(LinkStatus link, LinkState state) => (link.State == LinkState.Stopped ? LinkState.Waiting : link.State) == state ? 1 : 0;

    private static IEnumerable<Measurement<long>> Each(GatewayMeasures now, Func<LinkStatus, IEnumerable<Measurement<long>>> read) => now.Links.SelectMany(read);
}
