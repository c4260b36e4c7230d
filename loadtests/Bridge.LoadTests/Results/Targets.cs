using Bridge.LoadTests.Measuring;

namespace Bridge.LoadTests.Results;

/// <summary>The table: which figures are held against which. A row whose figures were not measured (no QUIC on this machine) is not there.</summary>
internal sealed class Targets(Figures figures, IReadOnlyList<int> rings)
{
    private const int Length = 496;
    private const string Packets = "seqpacket", Stream = "stream", Nobody = "-";

    private readonly List<Target> _rows = [];

    /// <summary>All rows.</summary>
    public IReadOnlyList<Target> Evaluate()
    {
        foreach (string transport in new[] { "tcp", "quic" })
        {
            foreach (int ring in new[] { rings[0], 0 })
                AddOf(transport, ring);
            AddAbsolute("bytes given to the transport per header + payload, burst of 496 bytes", "wire", new RigName("bridge", transport, rings[0], Packets), "", 1.08);
            AddAbsolute("full collections under load, both gateways", "gen2", new RigName("bridge", transport, rings[0], Packets), "", 0);
        }

        RigName idle = new("bridge", "tcp", 256, Nobody);
        AddAbsolute("64 devices with 16 channels, idle: part of a core, the busier gateway", "idle-cpu", idle, "%", 1);
        AddAbsolute("64 devices with 16 channels, idle: resident memory, the larger gateway", "idle-rss", idle, "MB", 150);
        return _rows;
    }

    /// <summary>The rows of one ring; 0: the best.</summary>
    private void AddOf(string transport, int ring)
    {
        RigName bridge = new("bridge", transport, ring, Packets), pass = new("pass-through", transport, 0, Packets), raw = new("raw", transport, 0, Nobody);
        RigName tls = raw with { Transport = "tcp" };
        AddRatio("round trip, idle, p50, over pass-through", "p50", bridge, pass, "us", 1.25, isMost: true);
        if (transport == "tcp")
            AddRatio("round trip, idle, p50, over socat on plain TCP", "p50", bridge, new RigName("socat", "plain", 0, Packets), "us", 1, isMost: true);
        AddRatio("one way, engine alone, over raw transport", "rate", new RigName("engine", transport, ring, Nobody), raw, "msg/s", 0.6, isMost: false);
        AddRatio("one way, SEQPACKET, over pass-through", "rate", bridge, pass, "msg/s", 0.8, isMost: false);
        AddRatio("one way, stream sockets, over raw TLS", "rate", bridge with { Sockets = Stream }, tls, "msg/s", 0.4, isMost: false);
        AddChannels(bridge);
        AddOpenLoop(bridge);
        AddDelayed(transport, ring);
    }

    private void AddRatio(string name, string what, RigName bridge, RigName floor, string unit, double bound, bool isMost)
    {
        if (Value(new Figure(what, bridge, Length), isMost) is { } value && figures.Median(new Figure(what, floor, Length)) is { } against)
            _rows.Add(new Target(name, bridge.Transport, Describe(bridge.Ring, value.Ring), value.Value, against, floor.ToString(), unit, bound, isMost));
    }

    private void AddChannels(RigName bridge)
    {
        if (Value(new Figure("rate", bridge, Length, 32), isMost: false) is { } many
            && figures.Median(new Figure("rate", bridge with { Ring = many.Ring }, Length)) is { } one)
        {
            _rows.Add(new Target("one way, 32 channels together, over one", bridge.Transport, Describe(bridge.Ring, many.Ring), many.Value, one, "one channel", "msg/s", 0.9, IsMost: false));
        }
    }

    private void AddOpenLoop(RigName bridge)
    {
        if (Value(new Figure("open-p99", bridge, Length), isMost: true) is { } late
            && figures.Median(new Figure("open-p50", bridge with { Ring = late.Ring }, Length)) is { } usual)
        {
            _rows.Add(new Target("round trip at half the highest rate, p99 over p50", bridge.Transport, Describe(bridge.Ring, late.Ring), late.Value, usual, "its p50", "us", 5, IsMost: true));
        }
    }

    /// <summary>What a ring allows is not the same for all of them: the best is the one that comes nearest to it.</summary>
    private void AddDelayed(string transport, int ring)
    {
        Target? best = null;
        foreach (int size in rings.Where(size => ring == 0 || size == ring))
        {
            RigName delayed = new("bridge+10ms", transport, size, Stream);
            if (figures.Median(new Figure("rate", delayed, Length)) is { } rate && figures.Median(new Figure("p50", delayed, Length)) is { } roundTrip)
            {
                Target row = new(
                    "one way over a 10 ms line, over what the ring allows", transport, Describe(ring, size), rate, size / roundTrip * 1e6, $"{size} messages per round trip", "msg/s", 0.9, IsMost: false);
                best = best is null || row.Ratio > best.Ratio ? row : best;
            }
        }

        if (best is not null)
            _rows.Add(best);
    }

    private void AddAbsolute(string name, string what, RigName rig, string unit, double bound)
    {
        if (figures.Median(new Figure(what, rig, Length)) is { } value)
            _rows.Add(new Target(name, rig.Transport, $"{rig.Ring}", value, null, "", unit, bound, IsMost: true));
    }

    private (double Value, int Ring)? Value(Figure figure, bool isMost)
    {
        if (figure.Rig.Ring > 0)
            return figures.Median(figure) is { } value ? (value, figure.Rig.Ring) : null;
        return isMost ? figures.Lowest(figure) : figures.Highest(figure);
    }

    private static string Describe(int asked, int found) => asked > 0 ? $"{found}" : $"best: {found}";
}
