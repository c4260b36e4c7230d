namespace Bridge.Relay.Tests.Simulation;

/// <summary>What a run of seeds did to the bridge.</summary>
internal sealed record SimulationTotals
{
    private const int Steps = 400;

    public int[] Cuts { get; private init; } = new int[Enum.GetValues<CutManner>().Length];

    public int Replacements { get; private set; }

    public int TransportSwitches { get; private set; }

    public long SentAgain { get; private set; }

    public int Resets { get; private set; }

    public int Flips { get; private set; }

    public int DamageSeen { get; private set; }

    public int Reboots { get; private set; }

    public long Repeated { get; private set; }

    /// <summary>Runs the seeds on all processors; the first that goes wrong fails the test, with its number, its story and the last log lines.</summary>
    public static SimulationTotals Of(int firstSeed, int seeds, Disturbances disturbances)
    {
        var totals = new SimulationTotals();
        Parallel.For(firstSeed, firstSeed + seeds, (seed, state) =>
        {
            using var bridge = new SimulatedBridge(seed, disturbances);
            string? wrong = bridge.Run(Steps);
            if (wrong is not null)
                state.Stop(); // One story is enough.
            Assert.True(wrong is null, $"seed {seed}: {wrong}{Environment.NewLine}{bridge.Journal}");
            lock (totals)
                totals.Add(bridge);
        });
        return totals;
    }

    private void Add(SimulatedBridge bridge)
    {
        for (int manner = 0; manner < Cuts.Length; manner++)
            Cuts[manner] += bridge.CutsByManner[manner];
        Replacements += bridge.Replacements;
        TransportSwitches += bridge.TransportSwitches;
        SentAgain += bridge.SentAgain;
        Resets += bridge.Resets;
        Flips += bridge.Flips;
        DamageSeen += bridge.DamageSeen;
        Reboots += bridge.Reboots;
        Repeated += bridge.Repeated;
    }
}
