using Bridge.Relay.Tests.Simulation;

namespace Bridge.Relay.Tests;

/// <summary>A link that is cut and comes back at any moment loses, repeats and reorders nothing (DESIGN 4).</summary>
[Trait("Category", "Resume")]
public sealed class LinkLossSimulationTests
{
    private const int Seeds = 1000;

    [Fact]
    public void Cuts_AtAnyMoment_LoseRepeatAndReorderNothing()
    {
        (int cuts, long sentAgain) = (0, 0);
        for (int seed = 0; seed < Seeds; seed++)
        {
            using var bridge = new SimulatedBridge(seed);
            string? wrong = bridge.Run(steps: 400, resets: false);
            Assert.True(wrong is null, $"seed {seed}: {wrong}{Environment.NewLine}{bridge.Journal}");
            cuts += bridge.Cuts;
            sentAgain += bridge.SentAgain;
        }

        // The promise was put to the test: links were cut with chains under way, thousands of times.
        Assert.True(cuts > 2 * Seeds, $"{cuts} cuts in {Seeds} seeds");
        Assert.True(sentAgain > Seeds, $"{sentAgain} chains sent again in {Seeds} seeds");
    }

    [Fact]
    public void Resets_RacingBurstsAndCuts_NeverMixLives()
    {
        int resets = 0;
        for (int seed = 100_000; seed < 100_000 + Seeds; seed++)
        {
            using var bridge = new SimulatedBridge(seed);
            string? wrong = bridge.Run(steps: 400, resets: true);
            Assert.True(wrong is null, $"seed {seed}: {wrong}{Environment.NewLine}{bridge.Journal}");
            resets += bridge.Resets;
        }

        Assert.True(resets > Seeds, $"{resets} resets in {Seeds} seeds");
    }
}
