using Bridge.Link;
using Bridge.Relay.Tests.Simulation;
using Bridge.Virtio;

namespace Bridge.Relay.Tests.Kept;

/// <summary>
/// Two gateways with two devices, one each way round, either of which is killed again and again: after any store into the memory that it keeps, in the middle of whatever it does. One
/// thread, virtual time, one seed.
/// </summary>
internal sealed class KeptBridge : IDisposable
{
    private const int CalmTurns = 20000;

    private readonly Random _random;
    private readonly VirtualTime _time = new();
    private readonly SimulatedGateway _a = new("a", 1), _b = new("b", 2);
    private readonly KeptPair _one, _two;
    private readonly List<SimulatedConnection> _connections = [];
    private readonly bool _early;

    // The one kill that is planned, and nothing else: which gateway, after how many stores.
    private readonly (bool OfA, int Store)? _plan;

    // Stores until the gateway is killed; the gateway; and how often it was.
    private int _fuse;
    private SimulatedGateway? _doomed;

    public KeptBridge(int seed, bool early, (bool OfA, int Store)? plan = null)
    {
        (_random, _early, _plan) = (new Random(seed), early, plan);
        _one = new KeptPair("one", _random, _time, Journal, Journal);
        _two = new KeptPair("two", _random, _time, Journal, Journal);
        _a.Add("one", LaneRole.Driver, _one.DriverRelay);
        _b.Add("one", LaneRole.Device, _one.DeviceRelay);
        _b.Add("two", LaneRole.Driver, _two.DriverRelay);
        _a.Add("two", LaneRole.Device, _two.DeviceRelay);
    }

    public Journal Journal { get; } = new();

    public int Kills { get; private set; }

    public int KilledInFlight => _one.KilledInFlight + _two.KilledInFlight;

    public int LivesLost => _one.LivesLost + _two.LivesLost;

    /// <summary>Work under fire for a number of steps, then peace until all is delivered. Null = all well, else what went wrong.</summary>
    public string? Run(int steps)
    {
        for (int step = 0; step < steps; step++)
        {
            Disturb();
            _one.Allow();
            _two.Allow();
            Turn();
            if (Error() is { } wrong)
                return $"step {step}: {wrong}";
        }

        _doomed = null;
        for (int calm = 0; calm < CalmTurns && !Done(); calm++)
        {
            if (_connections.Count == 0)
                Connect();
            Turn();
            if (Error() is { } wrong)
                return $"calm {calm}: {wrong}";
        }

        return Error() ?? (Done() ? null : $"not all arrived: {_one}; {_two}");
    }

    public void Dispose()
    {
        _one.Dispose();
        _two.Dispose();
    }

    private void Disturb()
    {
        int what = _random.Next(1000);
        if (_connections.Count == 0)
            Connect();
        else if (_plan is { } plan)
            Doom(plan);
        else if (what < 15)
            Cut();
        else if (what < 135 && _doomed is null && (_early || (_one.IsSettled && _two.IsSettled)))
            (_doomed, _fuse) = (_random.Next(2) == 0 ? _a : _b, _random.Next(1, 80));
    }

    /// <summary>Counts from where both sides keep both lives.</summary>
    private void Doom((bool OfA, int Store) plan)
    {
        if (Kills == 0 && _doomed is null && _one.IsSettled && _two.IsSettled)
            (_doomed, _fuse) = (plan.OfA ? _a : _b, plan.Store);
    }

    private void Connect() => _connections.Add(new SimulatedConnection(_random, _time, _a, _b, streams: _random.Next(2) == 0 ? 1 : 3));

    private void Cut()
    {
        foreach (SimulatedConnection connection in _connections)
        {
            if (!connection.IsCut)
                connection.Cut();
        }
    }

    private void Turn()
    {
        _time.Advance(TimeSpan.FromMicroseconds(_random.Next(1, 500)));
        foreach (SimulatedConnection connection in _connections)
        {
            Do(_a, () => Receive(connection.A));
            Do(_b, () => Receive(connection.B));
        }

        foreach (SimulatedConnection connection in _connections)
            connection.Notice();
        foreach (SimulatedGateway gateway in new[] { _a, _b })
        {
            foreach (string device in new[] { "one", "two" })
            {
                if (_random.Next(3) > 0)
                    Do(gateway, () => gateway.Relays[device].Pump());
            }
        }

        foreach (SimulatedConnection connection in _connections)
        {
            Send(connection.A);
            Send(connection.B);
        }

        _connections.RemoveAll(static connection => connection.Over);
        _one.Look();
        _two.Look();
    }

    /// <summary>Lets a gateway work, and kills it if its time comes meanwhile.</summary>
    private void Do(SimulatedGateway gateway, Action work)
    {
        bool doomed = ReferenceEquals(_doomed, gateway);
        StoreTrace.Stored = doomed ? Burn : null;
        try
        {
            work();
        }
        catch (KilledException)
        {
            StoreTrace.Stored = null;
            Kill(gateway);
        }
        finally
        {
            StoreTrace.Stored = null;
        }
    }

    private void Burn()
    {
        if (--_fuse == 0)
            throw new KilledException();
    }

    private void Kill(SimulatedGateway gateway)
    {
        Kills++;
        _doomed = null;
        bool isA = ReferenceEquals(gateway, _a);
        Cut();
        foreach (SimulatedConnection connection in _connections)
            (isA ? connection.A : connection.B).End();
        gateway.Reboot(isA ? "one" : "two", isA ? _one.KillDriver() : _two.KillDriver());
        gateway.Reboot(isA ? "two" : "one", isA ? _two.KillDevice() : _one.KillDevice());
    }

    private void Receive(SimulatedEndpoint endpoint)
    {
        if (_random.Next(4) > 0)
            endpoint.Receive();
        endpoint.Tick();
    }

    private void Send(SimulatedEndpoint endpoint)
    {
        if (_random.Next(3) > 0)
            endpoint.Send();
    }

    private string? Error() => _one.Error ?? _two.Error ?? Unexpected(_a) ?? Unexpected(_b);

    private static string? Unexpected(SimulatedGateway gateway) => gateway.Faults.Count > 0 ? $"{gateway.Faults[0].Reason}: {gateway.Faults[0].Message}" : null;

    private bool Done() => _one.Done && _two.Done;
}
