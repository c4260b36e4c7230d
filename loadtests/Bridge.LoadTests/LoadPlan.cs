namespace Bridge.LoadTests;

/// <summary>How much is measured, and for how long.</summary>
internal sealed record LoadPlan
{
    /// <summary>Medians are taken over so many runs, each of which measures everything once, floors and bridge by turns.</summary>
    public required int Rounds { get; init; }

    /// <summary>Of each one-way measurement.</summary>
    public required TimeSpan OneWay { get; init; }

    /// <summary>Idle round trips of each measurement.</summary>
    public required int RoundTrips { get; init; }

    /// <summary>Of each open loop.</summary>
    public required TimeSpan OpenLoop { get; init; }

    /// <summary>How long collections are watched under load.</summary>
    public required TimeSpan Load { get; init; }

    /// <summary>How long idle processes are watched.</summary>
    public required TimeSpan Idle { get; init; }

    /// <summary>Ring sizes of 512-byte buffers, ascending; the first one is the usual one.</summary>
    public required IReadOnlyList<int> Rings { get; init; }

    /// <summary>Message lengths of one-way measurements beside 496.</summary>
    public required IReadOnlyList<int> MoreLengths { get; init; }

    /// <summary>The whole run is given up after that: a part hangs.</summary>
    public required TimeSpan Limit { get; init; }

    /// <summary>Only these transports, of those that the machine has; null: all.</summary>
    public IReadOnlyList<string>? Transports { get; init; }

    /// <summary>Whether a line of 10 ms is measured as well.</summary>
    public bool HasDelayed { get; init; } = true;

    /// <summary>Two minutes.</summary>
    public static LoadPlan Quick { get; } = new()
    {
        Rounds = 3,
        OneWay = TimeSpan.FromSeconds(0.25),
        RoundTrips = 300,
        OpenLoop = TimeSpan.FromSeconds(0.5),
        Load = TimeSpan.FromSeconds(5),
        Idle = TimeSpan.FromSeconds(4),
        Rings = [256, 4096],
        MoreLengths = [],
        Limit = TimeSpan.FromMinutes(6),
    };

    /// <summary>Twenty minutes.</summary>
    public static LoadPlan Full { get; } = new()
    {
        Rounds = 5,
        OneWay = TimeSpan.FromSeconds(1),
        RoundTrips = 3000,
        OpenLoop = TimeSpan.FromSeconds(3),
        Load = TimeSpan.FromMinutes(1),
        Idle = TimeSpan.FromSeconds(20),
        Rings = [256, 1024, 4096],
        MoreLengths = [64, 4080],
        Limit = TimeSpan.FromMinutes(45),
    };

    /// <summary>Half a minute, for the gate in continuous integration: what nobody could miss.</summary>
    public static LoadPlan Gate { get; } = Quick with
    {
        OneWay = TimeSpan.FromSeconds(0.2),
        RoundTrips = 200,
        OpenLoop = TimeSpan.FromSeconds(0.2),
        Load = TimeSpan.FromSeconds(0.2),
        Rings = [256],
        Transports = ["tcp"],
        HasDelayed = false,
    };
}
