using Bridge.Link;

namespace Bridge.Relay.Tests.Simulation;

/// <summary>Two gateways with two devices (one each way round), real relays and sessions, one thread, virtual time, one seed.</summary>
internal sealed class SimulatedBridge : IDisposable
{
    private const int CalmTurns = 20000;

    private readonly Random _random;
    private readonly Disturbances _disturbances;
    private readonly VirtualTime _time = new();
    private readonly SimulatedGateway _a = new("a", 1), _b = new("b", 2);
    private readonly List<SimulatedPair> _pairs = [];
    private readonly List<SimulatedConnection> _connections = [];
    private bool? _multiplexed;
    private readonly int[] _cuts = new int[Enum.GetValues<CutManner>().Length];

    public SimulatedBridge(int seed, Disturbances disturbances = Disturbances.None)
    {
        (_random, _disturbances) = (new Random(seed), disturbances);
        AddPair("one", _a, _b);
        AddPair("two", _b, _a);
    }

    public Journal Journal { get; } = new();

    public int Cuts => _cuts.Sum();

    /// <summary>Cuts by <see cref="CutManner"/>.</summary>
    public IReadOnlyList<int> CutsByManner => _cuts;

    /// <summary>Times that a new connection replaced one that looked alive: what an address change looks like to a gateway.</summary>
    public int Replacements { get; private set; }

    /// <summary>Connections whose predecessor was of the other kind: a stream per lane, or all lanes in one.</summary>
    public int TransportSwitches { get; private set; }

    public int Resets { get; private set; }

    public int Flips { get; private set; }

    public int Reboots { get; private set; }

    /// <summary>Messages that a device got although it had got them in an earlier life.</summary>
    public long Repeated => _pairs[0].Device.Repeated + _pairs[1].Device.Repeated;

    /// <summary>Connections that one side closed because a frame was not what its checksum says.</summary>
    public int DamageSeen => _a.Faults.Count + _b.Faults.Count;

    public long SentAgain => _pairs[0].SentAgain + _pairs[1].SentAgain;

    /// <summary>Work under fire for a number of steps, then peace until all is delivered. Null = all well, else what went wrong.</summary>
    public string? Run(int steps)
    {
        for (int step = 0; step < steps; step++)
        {
            Disturb();
            foreach (SimulatedPair pair in _pairs)
                pair.Allow(_random);
            Turn();
            if (Error() is { } wrong)
                return $"step {step}: {wrong}";
        }

        for (int calm = 0; calm < CalmTurns && !Done(); calm++)
        {
            if (Idle() && _connections.Count == 0)
                Connect();
            // A damaged length makes a reader wait for bytes that never come. On a real link the transport's own integrity check comes first.
            if (calm == CalmTurns / 2 && (_disturbances & Disturbances.Flips) != 0)
                Cut();
            Turn();
        }

        return Error() ?? (Done() ? null : "not all arrived: " + string.Join("; ", _pairs));
    }

    private void Disturb()
    {
        int what = _random.Next(1000);
        if (_connections.Count == 0 || (what < 100 && (Idle() || HalfOpen())))
            Connect();
        else if (what < 30)
            Cut((CutManner)_random.Next(_cuts.Length));
        else if (what < 33)
            Replace();
        else if (what < 37 && (_disturbances & Disturbances.Resets) != 0)
            Reset();
        else if (what < 87 && (_disturbances & Disturbances.Flips) != 0)
            Flip();
        else if (what < 47 && (_disturbances & Disturbances.Reboots) != 0)
            Reboot();
    }

    private bool Idle() => _a.Current is null && _b.Current is null;

    /// <summary>One side has given its connection up, the other has not noticed yet: it dials.</summary>
    private bool HalfOpen() => (_a.Current is null) != (_b.Current is null);

    private void Connect()
    {
        bool multiplexed = _random.Next(2) == 0;
        TransportSwitches += _multiplexed is { } before && before != multiplexed ? 1 : 0;
        _multiplexed = multiplexed;
        _connections.Add(new SimulatedConnection(_random, _time, _a, _b, streams: multiplexed ? 1 : 1 + _pairs.Count));
    }

    /// <summary>A new connection while the old one looks alive.</summary>
    private void Replace()
    {
        Replacements += Idle() ? 0 : 1;
        Connect();
    }

    private void Cut(CutManner manner = CutManner.Reset)
    {
        _cuts[(int)manner]++;
        foreach (SimulatedConnection connection in _connections)
        {
            if (!connection.IsCut)
                connection.Cut(manner);
        }
    }

    private void Reset()
    {
        _pairs[_random.Next(_pairs.Count)].Driver.Reset();
        Resets++;
    }

    private void Reboot()
    {
        int which = _random.Next(_pairs.Count);
        Cut();
        foreach (SimulatedConnection connection in _connections)
            (which == 0 ? connection.B : connection.A).End();
        (which == 0 ? _b : _a).Reboot(which == 0 ? "one" : "two", _pairs[which].Reboot());
        Reboots++;
    }

    private void Flip()
    {
        if (_connections[_random.Next(_connections.Count)].FlipBit())
            Flips++;
    }

    private void Turn()
    {
        _time.Advance(TimeSpan.FromMicroseconds(_random.Next(1, 500)));
        foreach (SimulatedConnection connection in _connections)
        {
            Receive(connection.A);
            Receive(connection.B);
        }

        foreach (SimulatedConnection connection in _connections)
            connection.Notice();
        foreach (SimulatedPair pair in _pairs)
            pair.Pump(_random);
        foreach (SimulatedConnection connection in _connections)
        {
            Send(connection.A);
            Send(connection.B);
        }

        _connections.RemoveAll(static connection => connection.Over);
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

    private string? Error() => _pairs[0].Error ?? _pairs[1].Error ?? Unexpected(_a) ?? Unexpected(_b);

    /// <summary>A fault that nothing in this simulation explains. Damage is found by the checksum, or before it by a length or flags that cannot be.</summary>
    private string? Unexpected(SimulatedGateway gateway)
    {
        foreach (LinkProtocolException fault in gateway.Faults)
        {
            if ((_disturbances & Disturbances.Flips) == 0 || fault.Reason is not (CloseReason.BadChecksum or CloseReason.BadFrame))
                return $"{fault.Reason}: {fault.Message}";
        }

        return null;
    }

    private bool Done() => _pairs[0].Done && _pairs[1].Done;

    private void AddPair(string name, SimulatedGateway driverSide, SimulatedGateway deviceSide)
    {
        var pair = new SimulatedPair(name, _random, _time, Journal, keepsDriver: (_disturbances & Disturbances.Reboots) != 0);
        driverSide.Add(name, LaneRole.Driver, pair.DriverRelay);
        deviceSide.Add(name, LaneRole.Device, pair.DeviceRelay);
        _pairs.Add(pair);
    }

    public void Dispose()
    {
        foreach (SimulatedPair pair in _pairs)
            pair.Dispose();
    }
}
