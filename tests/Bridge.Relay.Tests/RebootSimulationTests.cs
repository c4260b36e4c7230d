using Bridge.Relay.Tests.Simulation;

namespace Bridge.Relay.Tests;

/// <summary>A device side that loses all that it knew at any moment, behind a driver that cannot be reset: nothing of the driver's is lost, and what comes again comes in order (DESIGN 4).</summary>
[Trait("Category", "Resume")]
public sealed class RebootSimulationTests
{
    private const int Seeds = 1000;

    [Fact]
    public void Reboots_OfTheDeviceSideRacingCuts_LoseNothingOfTheDrivers()
    {
        SimulationTotals totals = SimulationTotals.Of(firstSeed: 200_000, Seeds, Disturbances.Reboots);
        Assert.True(totals.Reboots > Seeds, $"{totals.Reboots} reboots in {Seeds} seeds");
        // What was not answered when the machine went is done again: a message that the device had may come twice.
        Assert.True(totals.Repeated > Seeds / 10, $"{totals.Repeated} messages came again in {Seeds} seeds");
    }
}
