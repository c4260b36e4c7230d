using Bridge.Relay.Tests.Simulation;

namespace Bridge.Relay.Tests;

/// <summary>Bits that arrive wrong end a connection and nothing else: the checksum finds them, the link comes back, all is sent again.</summary>
[Trait("Category", "Resume")]
public sealed class DamageSimulationTests
{
    private const int Seeds = 300;

    [Fact]
    public void Flips_AnywhereInTheStream_CloseTheConnectionAndLoseNothing()
    {
        SimulationTotals totals = SimulationTotals.Of(firstSeed: 200_000, Seeds, Disturbances.Flips);
        Assert.True(totals.Flips > 2 * Seeds, $"{totals.Flips} flips in {Seeds} seeds");
        Assert.True(totals.DamageSeen > Seeds, $"{totals.DamageSeen} connections closed for {totals.Flips} flips in {Seeds} seeds");
    }

    [Fact]
    public void Flips_WithResets_CloseTheConnectionAndLoseNothing()
    {
        SimulationTotals totals = SimulationTotals.Of(firstSeed: 300_000, Seeds / 2, Disturbances.Flips | Disturbances.Resets);
        Assert.True(totals.DamageSeen > Seeds / 2, $"{totals.DamageSeen} connections closed for {totals.Flips} flips");
    }
}
