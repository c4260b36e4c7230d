using Bridge.Link.Transports.Quic;
using Bridge.Link.Trust;
using Bridge.LoadTests.Engine;
using Bridge.LoadTests.Floors;
using Bridge.LoadTests.Gateways;
using Bridge.LoadTests.Measuring;
using Bridge.LoadTests.Messages;
using Bridge.LoadTests.Processes;

namespace Bridge.LoadTests;

/// <summary>All rigs of a run, up at the same time so that they can be measured by turns. Idle ones cost next to nothing.</summary>
internal sealed class RigSet : IAsyncDisposable
{
    private const int Small = 496, Large = 4080, Header = 16, Channels = 32;
    private const string Packets = "seqpacket", Stream = "stream", Nobody = "-";

    private readonly List<ChildProcess> _processes = [];
    private readonly List<ChildProcess> _programs = [];
    private readonly List<Rig> _rigs = [];
    private readonly Dictionary<string, BridgePair> _bridges = [];
    private readonly List<BridgePair> _pairs = [];
    private readonly RunPlace _place;
    private readonly LoadPlan _plan;

    public RigSet(RunPlace place, LoadPlan plan)
    {
        (_place, _plan) = (place, plan);
        string[] all = QuicSupport.IsAvailable ? ["tcp", "quic"] : ["tcp"];
        Transports = plan.Transports is { } some ? [.. all.Intersect(some)] : all;
    }

    /// <summary>What this machine has.</summary>
    public IReadOnlyList<string> Transports { get; }

    /// <summary>In the order in which they are measured: each floor beside what is held against it.</summary>
    public IReadOnlyList<Rig> Rigs => _rigs;

    /// <summary>The gateways of each transport, without a line between them.</summary>
    public IReadOnlyDictionary<string, BridgePair> Bridges => _bridges;

    /// <summary>Starts and connects everything.</summary>
    public async Task StartAsync(CancellationToken cancellation)
    {
        using GatewayIdentity identity = GatewayIdentity.Load(_place.NearKey);
        // Processes first, all at once: each needs a while.
        StartBridges();
        int[] ports = [RunPlace.FreePort(), RunPlace.FreePort(), RunPlace.FreePort()];
        ChildProcess peer = Add(ChildProcess.StartRole(TransportPeer.Role, [_place.FarKey, _place.NearFingerprint, .. ports.Select(port => $"{port}")]));
        (string Name, PathKind Kind, string Transport)[] lines =
            [.. Transports.SelectMany(transport => new[] { (transport + "-p", PathKind.SeqPacket, transport), (transport + "-s", PathKind.Stream, transport) })];
        StartPassThrough(lines);
        Dictionary<string, (ChildProcess Driver, ChildProcess Device)> engines = Transports.ToDictionary(transport => transport, StartEngine);

        await peer.ReadyAsync(cancellation);
        await AddRawAsync(identity, "plain", FloorKind.Plain, ports[0], cancellation);
        await AddSocatAsync(cancellation);
        foreach (string transport in Transports)
        {
            FloorKind kind = transport == "tcp" ? FloorKind.Tcp : FloorKind.Quic;
            await AddRawAsync(identity, transport, kind, ports[(int)kind], cancellation);
            await engines[transport].Device.ReadyAsync(cancellation);
            await engines[transport].Driver.ReadyAsync(cancellation);
            foreach (int ring in _plan.Rings)
                _rigs.Add(new EngineRig(new RigName("engine", transport, ring, Nobody), engines[transport].Driver, $"{ring}x512", Small));
            foreach ((string name, PathKind path, _) in lines.Where(line => line.Transport == transport))
                AddPaths("pass-through", transport, 0, path == PathKind.SeqPacket ? Packets : Stream, Large, [await PathConnector.ConnectAsync(path, _place.File(name + "n"), MessagePath.Bounded, cancellation)]);
            await _bridges[transport].UntilReadyAsync(cancellation);
            await AddBridgeAsync(transport, cancellation);
        }

        await AddDelayedAsync(cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (PathRig rig in _rigs.OfType<PathRig>())
            rig.Dispose();
        foreach (ChildProcess program in _programs)
            program.Kill();
        await Task.WhenAll(_pairs.Select(pair => pair.DisposeAsync().AsTask()).Concat(_processes.Concat(_programs).Select(process => process.DisposeAsync().AsTask())));
    }

    private void StartBridges()
    {
        string[] services = [.. Enumerable.Range(0, Channels).Select(i => $"p{i}")];
        BridgeDevice[] devices =
        [
            .. _plan.Rings.Select(ring => new BridgeDevice($"d{ring}", ring, Small + Header, services, ["s"], [])),
            new BridgeDevice("large", _plan.Rings[0], Large + Header, ["p0"], ["s"], []),
        ];
        BridgeDevice[] delayed = [.. _plan.Rings.Select(ring => new BridgeDevice($"d{ring}", ring, Small + Header, [], ["s"], []))];
        foreach (string transport in Transports)
        {
            _bridges[transport] = new BridgePair(_place, transport, transport, devices);
            _pairs.Add(_bridges[transport]);
            if (_plan.HasDelayed)
                _pairs.Add(new BridgePair(_place, transport + "-far-away", transport, delayed, delayMilliseconds: 5));
        }
    }

    private void StartPassThrough((string Name, PathKind Kind, string Transport)[] lines)
    {
        Dictionary<string, int> ports = lines.ToDictionary(line => line.Name, _ => RunPlace.FreePort());
        IEnumerable<string> Arguments(string end) => lines.SelectMany(line => new[]
        {
            line.Kind.ToString(), _place.File(line.Name + end[0]), line.Transport == "tcp" ? nameof(FloorKind.Tcp) : nameof(FloorKind.Quic), $"{ports[line.Name]}",
        });
        Add(ChildProcess.StartRole(PassThroughProgram.Role, ["far", _place.FarKey, _place.NearFingerprint, .. Arguments("far")]));
        Add(ChildProcess.StartRole(PassThroughProgram.Role, ["near", _place.NearKey, _place.FarFingerprint, .. Arguments("near")]));
        Add(ChildProcess.StartRole(RespondingApplication.Role, lines.SelectMany(line => new[] { line.Kind.ToString(), _place.File(line.Name + "f") })));
    }

    private (ChildProcess Driver, ChildProcess Device) StartEngine(string transport)
    {
        string port = $"{RunPlace.FreePort()}", mode = transport == "tcp" ? "Tcp" : "Quic";
        string[] rings = [.. _plan.Rings.Select(ring => $"{ring}x512")];
        ChildProcess device = Add(ChildProcess.StartRole(EngineProgram.Role, ["device", _place.FarKey, _place.NearFingerprint, mode, port, .. rings]));
        return (Add(ChildProcess.StartRole(EngineProgram.Role, ["driver", _place.NearKey, _place.FarFingerprint, mode, port, .. rings])), device);
    }

    private async Task AddRawAsync(GatewayIdentity identity, string name, FloorKind kind, int port, CancellationToken cancellation)
    {
        Stream stream = await new FloorTransport(identity, _place.FarFingerprint).ConnectAsync(kind, port, cancellation);
        AddPaths("raw", name, 0, Nobody, Large, [new StreamPath(stream, MessagePath.Bounded)]);
    }

    private async Task AddSocatAsync(CancellationToken cancellation)
    {
        int port = RunPlace.FreePort();
        string near = _place.File("socat-n"), far = _place.File("socat-f");
        try
        {
            _programs.Add(ChildProcess.StartProgram("socat", $"TCP-LISTEN:{port},bind=127.0.0.1,nodelay", $"UNIX-LISTEN:{far},type=5"));
            _programs.Add(ChildProcess.StartProgram("socat", $"UNIX-LISTEN:{near},type=5", $"TCP:127.0.0.1:{port},nodelay,retry=50,interval=0.1"));
        }
        catch (System.ComponentModel.Win32Exception missing)
        {
            throw new InvalidRunException($"socat, a floor, could not be started: {missing.Message}. Install it.");
        }

        // It listens at the far side only once the near side is connected.
        MessagePath path = await PathConnector.ConnectAsync(PathKind.SeqPacket, near, MessagePath.Bounded, cancellation);
        Add(ChildProcess.StartRole(RespondingApplication.Role, nameof(PathKind.SeqPacket), far));
        AddPaths("socat", "plain", 0, Packets, Small, [path], hasRate: false);
    }

    private async Task AddBridgeAsync(string transport, CancellationToken cancellation)
    {
        BridgePair bridge = _bridges[transport];
        foreach (int ring in _plan.Rings)
        {
            List<MessagePath> paths = [];
            for (int i = 0; i < Channels; i++)
                paths.Add(await bridge.ConnectPacketsAsync($"d{ring}", $"p{i}", cancellation));
            AddPaths("bridge", transport, ring, Packets, Small, paths);
            AddPaths("bridge", transport, ring, Stream, Small, [await bridge.ConnectStreamAsync($"d{ring}", "s", cancellation)]);
        }

        AddPaths("bridge-4096", transport, _plan.Rings[0], Packets, Large, [await bridge.ConnectPacketsAsync("large", "p0", cancellation)]);
        AddPaths("bridge-4096", transport, _plan.Rings[0], Stream, Large, [await bridge.ConnectStreamAsync("large", "s", cancellation)]);
    }

    private async Task AddDelayedAsync(CancellationToken cancellation)
    {
        foreach ((string transport, BridgePair pair) in Transports.Zip(_pairs.Where(pair => !_bridges.ContainsValue(pair))))
        {
            await pair.UntilReadyAsync(cancellation);
            foreach (int ring in _plan.Rings)
                AddPaths("bridge+10ms", transport, ring, Stream, Small, [await pair.ConnectStreamAsync($"d{ring}", "s", cancellation)]);
        }
    }

    private void AddPaths(string part, string transport, int ring, string sockets, int maximum, IReadOnlyList<MessagePath> paths, bool hasRate = true) =>
        _rigs.Add(new PathRig(new RigName(part, transport, ring, sockets), maximum, paths, hasRate));

    private ChildProcess Add(ChildProcess process)
    {
        _processes.Add(process);
        return process;
    }
}
