using Bridge.Relay.Tests.Simulation;

namespace Bridge.Relay.Tests;

/// <summary>Drivers that reset their devices under load, while links are cut, never see anything of an earlier life.</summary>
[Trait("Category", "Resume")]
public sealed class ResetSimulationTests
{
    private const int Seeds = 1000;

    [Fact]
    public void Resets_RacingBurstsAndCuts_NeverMixLives()
    {
        SimulationTotals totals = SimulationTotals.Of(firstSeed: 100_000, Seeds, Disturbances.Resets);
        Assert.True(totals.Resets > Seeds, $"{totals.Resets} resets in {Seeds} seeds");
    }
}
