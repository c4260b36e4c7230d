using Bridge.Link;

namespace Bridge.Relay.Tests.Simulation;

/// <summary>One gateway of the simulation: its relays by device name, and the connection it uses now.</summary>
internal sealed class SimulatedGateway(string name, ulong instance)
{
    private uint _newest;

    public Dictionary<string, Relay> Relays { get; } = [];

    public List<LaneRegistration> Registrations { get; } = [];

    public ConnectionCounter Counter { get; } = new();

    public SessionOptions Options { get; } = new() { Gateway = name, Instance = instance };

    public List<LinkProtocolException> Faults { get; } = [];

    public SimulatedEndpoint? Current { get; private set; }

    public void Add(string device, LaneRole role, Relay relay)
    {
        Relays.Add(device, relay);
        Registrations.Add(new LaneRegistration(device, DeviceTable.Rpmsg, role, NoHandler.Instance));
    }

    /// <summary>The machine was rebooted: what it had of a device is gone, and so is its end of every connection.</summary>
    public void Reboot(string device, Relay relay)
    {
        Current?.End();
        Relays[device] = relay;
    }

    /// <summary>A new connection replaces the old one, whose reader is joined first. False = a newer one was established before: this one is refused.</summary>
    public bool Replace(SimulatedEndpoint endpoint)
    {
        if (endpoint.Session.Connection <= _newest)
            return false;
        _newest = endpoint.Session.Connection;
        Current?.End();
        Current = endpoint;
        return true;
    }

    public void Ended(SimulatedEndpoint endpoint)
    {
        if (ReferenceEquals(Current, endpoint))
            Current = null;
    }

    /// <summary>The simulation feeds relays itself; the registration only has to name a handler.</summary>
    private sealed class NoHandler : ILaneHandler
    {
        public static NoHandler Instance { get; } = new();

        public Action<uint, CloseReason, string>? CloseConnection { get; set; }

        public void OnLaneUp(LaneOutput output) => throw new InvalidOperationException();

        public void OnFrame(in FrameHeader header, ReadOnlySpan<byte> payload) => throw new InvalidOperationException();

        public void OnBatchEnd() => throw new InvalidOperationException();

        public void OnLaneDown(uint connection) => throw new InvalidOperationException();
    }
}
