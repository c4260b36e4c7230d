namespace Bridge.Relay.Tests.Simulation;

/// <summary>What a run of seeds did to the bridge.</summary>
internal sealed record SimulationTotals(int Cuts, long SentAgain, int Resets, int Flips, int DamageSeen, int Reboots, long Repeated)
{
    private const int Steps = 400;

    /// <summary>Runs the seeds; the first that goes wrong fails the test, with its number, its story and the last log lines.</summary>
    public static SimulationTotals Of(int firstSeed, int seeds, Disturbances disturbances)
    {
        var totals = new SimulationTotals(0, 0, 0, 0, 0, 0, 0);
        for (int seed = firstSeed; seed < firstSeed + seeds; seed++)
        {
            using var bridge = new SimulatedBridge(seed, disturbances);
            string? wrong = bridge.Run(Steps);
            Assert.True(wrong is null, $"seed {seed}: {wrong}{Environment.NewLine}{bridge.Journal}");
            totals = new SimulationTotals(
                totals.Cuts + bridge.Cuts, totals.SentAgain + bridge.SentAgain, totals.Resets + bridge.Resets, totals.Flips + bridge.Flips, totals.DamageSeen + bridge.DamageSeen,
                totals.Reboots + bridge.Reboots, totals.Repeated + bridge.Repeated);
        }

        return totals;
    }
}
