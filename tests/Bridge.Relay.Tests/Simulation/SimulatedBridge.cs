using Bridge.Link;

namespace Bridge.Relay.Tests.Simulation;

/// <summary>Two gateways with two devices (one each way round), real relays and sessions, one thread, virtual time, one seed.</summary>
internal sealed class SimulatedBridge : IDisposable
{
    private readonly Random _random;
    private readonly VirtualTime _time = new();
    private readonly SimulatedGateway _a, _b;
    private readonly List<Pair> _pairs = [];
    private readonly List<SimulatedEndpoint> _endpoints = [];
    private readonly List<SimulatedStream[]> _wires = [];
    private readonly List<(TimeSpan At, SimulatedEndpoint Endpoint)> _endings = [];

    public SimulatedBridge(int seed)
    {
        _random = new Random(seed);
        _a = new SimulatedGateway("a", 1);
        _b = new SimulatedGateway("b", 2);
        AddPair("one", _a, _b);
        AddPair("two", _b, _a);
    }

    public Journal Journal { get; } = new();

    public int Cuts { get; private set; }

    public int Resets { get; private set; }

    public long SentAgain => _pairs.Sum(p => p.DriverRelay.Counters.SentAgain + p.DeviceRelay.Counters.SentAgain);

    /// <summary>Work under fire for a number of steps, then peace until all is delivered. Null = all well, else what went wrong.</summary>
    public string? Run(int steps, bool resets)
    {
        for (int step = 0; step < steps; step++)
        {
            Disturb(resets);
            foreach (Pair pair in _pairs)
                pair.Allow(_random);
            Turn();
            if (Error() is { } wrong)
                return $"step {step}: {wrong}";
        }

        for (int calm = 0; calm < 20000 && !Done(); calm++)
        {
            if (_a.Current is null && _b.Current is null && _endings.Count == 0)
                Connect();
            Turn();
        }

        return Error() ?? (Done() ? null : "not all arrived: " + string.Join("; ", _pairs.Select(p => p.ToString())));
    }

    private void Disturb(bool resets)
    {
        int what = _random.Next(1000);
        if (_endpoints.Count == 0 || (what < 100 && _a.Current is null && _b.Current is null))
            Connect();
        else if (what < 30)
            Cut();
        else if (what < 33)
            Connect(); // A new connection while the old one looks alive: it replaces it.
        else if (resets && what < 37)
        {
            _pairs[_random.Next(_pairs.Count)].Driver.Reset();
            Resets++;
        }
    }

    private void Connect()
    {
        int streams = _random.Next(2) == 0 ? 1 : 1 + _pairs.Count;
        SimulatedStream[] to = MakeStreams(streams), from = MakeStreams(streams);
        bool aDials = _random.Next(2) == 0;
        _endpoints.Add(new SimulatedEndpoint(_a, aDials, _time, from, to));
        _endpoints.Add(new SimulatedEndpoint(_b, !aDials, _time, to, from));
        _wires.Add([.. to, .. from]);
    }

    private SimulatedStream[] MakeStreams(int count) => [.. Enumerable.Range(0, count).Select(_ => new SimulatedStream(_random, _time))];

    /// <summary>All wires are cut; each side notices at a time of its own.</summary>
    private void Cut()
    {
        Cuts++;
        foreach (SimulatedStream[] wire in _wires)
        {
            foreach (SimulatedStream stream in wire)
                stream.Cut();
        }

        _wires.Clear();
        foreach (SimulatedEndpoint endpoint in _endpoints.Where(e => !e.Ended))
            _endings.Add((_time.Now + TimeSpan.FromMicroseconds(_random.Next(0, 20000)), endpoint));
    }

    private void Turn()
    {
        _time.Advance(TimeSpan.FromMicroseconds(_random.Next(1, 500)));
        foreach (SimulatedEndpoint endpoint in _endpoints.ToArray())
        {
            if (_random.Next(4) > 0)
                endpoint.Receive();
            endpoint.Tick();
        }

        foreach ((TimeSpan at, SimulatedEndpoint endpoint) in _endings.ToArray())
        {
            if (at > _time.Now)
                continue;
            endpoint.End();
            _endings.RemoveAll(e => ReferenceEquals(e.Endpoint, endpoint));
        }

        foreach (Pair pair in _pairs)
            pair.Pump(_random);
        foreach (SimulatedEndpoint endpoint in _endpoints)
        {
            if (_random.Next(3) > 0)
                endpoint.Send();
        }

        // A connection of which one side has ended is noticed by the other, if only by its keep-alive.
        foreach (SimulatedEndpoint endpoint in _endpoints.Where(e => !e.Ended && Peer(e).Ended && _endings.TrueForAll(x => !ReferenceEquals(x.Endpoint, e))))
            _endings.Add((_time.Now + TimeSpan.FromMicroseconds(_random.Next(3000, 20000)), endpoint));
        _endpoints.RemoveAll(e => e.Ended && Peer(e).Ended);
    }

    private readonly Dictionary<SimulatedEndpoint, SimulatedEndpoint> _peers = [];

    private SimulatedEndpoint Peer(SimulatedEndpoint endpoint)
    {
        for (int i = 0; i + 1 < _endpoints.Count; i += 2)
        {
            _peers.TryAdd(_endpoints[i], _endpoints[i + 1]);
            _peers.TryAdd(_endpoints[i + 1], _endpoints[i]);
        }

        return _peers[endpoint];
    }

    private string? Error() =>
        _pairs.Select(p => p.Driver.Error ?? p.Device.Error).FirstOrDefault(e => e is not null)
        ?? _a.Faults.Concat(_b.Faults).FirstOrDefault()
        ?? _pairs.Select(p => p.Problem).FirstOrDefault(e => e is not null);

    private bool Done() => _pairs.TrueForAll(p => p.Done);

    private void AddPair(string name, SimulatedGateway driverSide, SimulatedGateway deviceSide)
    {
        var pair = new Pair(name, _random, _time, Journal);
        driverSide.Add(name, LaneRole.Driver, pair.DriverRelay);
        deviceSide.Add(name, LaneRole.Device, pair.DeviceRelay);
        _pairs.Add(pair);
    }

    public void Dispose()
    {
        foreach (Pair pair in _pairs)
        {
            pair.DeviceRelay.Dispose();
            pair.Driver.Dispose();
        }
    }

    private sealed class Pair
    {
        private readonly string _name;

        public Pair(string name, Random random, VirtualTime time, Journal journal)
        {
            _name = name;
            int driverRing = 1 << random.Next(1, 7), deviceRing = 1 << random.Next(1, 7);
            int buffer = random.Next(16) == 0 ? random.Next(65000, 200000) : random.Next(64, 1024);
            // Two descriptors can make one chain of the driver's, so half the ring is enough for transmit tokens; and any number of places works.
            int places = random.Next(1, deviceRing + 1);
            Driver = new SimulatedDriver(random, driverRing, buffer, random.Next(2) == 0);
            Device = new SimulatedDevice(random, Math.Max(deviceRing, 2)) { Lazy = random.Next(2) == 0 };
            DriverRelay = new DriverRelay(name, Driver, time, journal);
            DeviceRelay = new DeviceRelay(name, Device, new PoolOptions(places, buffer + 32), time, journal);
            var lives = new Dictionary<ulong, uint>();
            Driver.OnLifeBegins = () => lives.Add(DriverRelay.DriverLife, Driver.Life);
            Device.LifeOfDriver = () => lives[DeviceRelay.DriverLife];
        }

        public SimulatedDriver Driver { get; }

        public SimulatedDevice Device { get; }

        public DriverRelay DriverRelay { get; }

        public DeviceRelay DeviceRelay { get; }

        public string? Problem => Driver.ForcedReset is { } why ? $"{_name}: the driver was told to reset although nothing was lost: {why}" : null;

        public bool Done => Driver.Sent == Driver.Allowed && Device.Received == Driver.Sent && Driver.TransmitUsed == Driver.Sent
            && Device.Sent == Device.Allowed && Driver.Received == Device.Sent;

        public void Allow(Random random)
        {
            Driver.Allowed += (ulong)random.Next(3);
            Device.Allowed += (ulong)random.Next(3);
        }

        public void Pump(Random random)
        {
            if (random.Next(3) > 0)
                DriverRelay.Pump();
            if (random.Next(3) > 0)
                DeviceRelay.Pump();
        }

        public override string ToString() =>
            $"{_name}: driver sent {Driver.Sent} of {Driver.Allowed}, device got {Device.Received}, used {Driver.TransmitUsed}; device sent {Device.Sent} of {Device.Allowed}, driver got {Driver.Received}; "
            + $"relay {DriverRelay.Status}, live {DriverRelay.Live}/{DeviceRelay.Live}, in flight {DriverRelay.InFlight}/{DeviceRelay.InFlight}";
    }
}
