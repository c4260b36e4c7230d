using Bridge.Relay.Tests.Simulation;

namespace Bridge.Relay.Tests;

/// <summary>A link that is cut and comes back at any moment, in any manner and on either transport, loses, repeats and reorders nothing (DESIGN 4).</summary>
[Trait("Category", "Resume")]
public sealed class LinkLossSimulationTests
{
    private const int Seeds = 10_000;

    [Fact]
    public void Cuts_AtAnyMoment_LoseRepeatAndReorderNothing()
    {
        SimulationTotals totals = SimulationTotals.Of(firstSeed: 0, Seeds, Disturbances.None);
        // The promise was put to the test: links were cut with chains under way, in every manner.
        Assert.All(Enum.GetValues<CutManner>(), manner => Assert.True(totals.Cuts[(int)manner] > Seeds / 2, $"{totals.Cuts[(int)manner]} cuts of kind {manner} in {Seeds} seeds"));
        Assert.True(totals.Replacements > Seeds / 10, $"{totals.Replacements} live connections replaced in {Seeds} seeds");
        Assert.True(totals.TransportSwitches > Seeds, $"{totals.TransportSwitches} times the other transport in {Seeds} seeds");
        Assert.True(totals.SentAgain > Seeds, $"{totals.SentAgain} chains sent again in {Seeds} seeds");
    }
}
