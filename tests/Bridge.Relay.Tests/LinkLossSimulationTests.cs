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
        SimulationTotals totals = SimulationTotals.Of(firstSeed: 0, Seeds, Disturbances.None);
        // The promise was put to the test: links were cut with chains under way, thousands of times.
        Assert.True(totals.Cuts > 2 * Seeds, $"{totals.Cuts} cuts in {Seeds} seeds");
        Assert.True(totals.SentAgain > Seeds, $"{totals.SentAgain} chains sent again in {Seeds} seeds");
    }
}
