using Bridge.Fuzz.Targets;

namespace Bridge.Fuzz;

/// <summary>Every place that strangers' bytes reach.</summary>
internal static class FuzzTargets
{
    private const string Network = "network", Peer = "peer gateway", Owner = "ring owner", Application = "application";

    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new("frames", Network, "frame parser and reassembly", _ => new FrameSession()),
        new("payloads", Peer, "payload readers of all frame types", _ => new PayloadSession(), Steps: 1000),
        new("session", Peer, "session: hello, ping, close, lanes", _ => new LinkSessionSession()),
        new("driver-relay", Peer, "driver side and its queues against any device side; the driver's window", random => new DriverRelaySession(random)),
        new("device-relay", Peer, "device side and its pool against any driver side", _ => new DeviceRelaySession(hostileDevice: false)),
        new("device-memory", Owner, "device side against a device that writes over its rings", _ => new DeviceRelaySession(hostileDevice: true)),
        new("driver-memory", Owner, "chain walker in memory that the driver writes over", random => new RingSession(random)),
        new("used-ring", Owner, "driver queue against a device that writes over its rings", random => new UsedRingSession(random)),
        new("vhost-front-end", Owner, "vhost-user driver port: front end, its guest's rings and the peer, all hostile", random => new VhostFrontEndSession(random)),
        new("vhost-back-end", Owner, "vhost-user device port: back end and its rings, and the peer, all hostile", _ => new VhostBackEndSession()),
        new("rpmsg", Owner, "rpmsg of either role: name, address and flow service, data, rings", random => new RpmsgSession(random)),
        new("streams", Application, "stream framing and the line that opens", _ => new StreamSession()),
        new("control", Application, "control requests in JSON", _ => new ControlSession()),
    ];
}
