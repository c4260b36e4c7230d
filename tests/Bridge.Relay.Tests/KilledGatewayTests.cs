using Bridge.Relay.Tests.Kept;

namespace Bridge.Relay.Tests;

/// <summary>A gateway that keeps its device's life is killed after any store: from ring to ring nothing is lost, repeated or reordered, and the life goes on (DESIGN 4).</summary>
[Trait("Category", "Resume")]
public sealed class KilledGatewayTests
{
    private const int Seeds = 1000, Steps = 300;

    [Fact]
    public void Kills_AfterAnyStore_LoseRepeatAndReorderNothing()
    {
        (int kills, int inFlight, int lost) = Run(firstSeed: 300_000, early: false);
        Assert.True(kills > Seeds, $"{kills} kills in {Seeds} seeds");
        Assert.True(inFlight > Seeds, $"{inFlight} kills with chains in flight in {Seeds} seeds");
        Assert.Equal(0, lost);
    }

    [Fact]
    public void Kills_WhileALifeBegins_EndInALifeThatWorks()
    {
        (int kills, _, int lost) = Run(firstSeed: 310_000, early: true);
        Assert.True(kills > Seeds, $"{kills} kills in {Seeds} seeds");
        Assert.True(lost > 0, $"no life was lost by {kills} kills while it began: nothing was tested");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Kill_AfterEachStoreOfARun_LosesRepeatsAndReordersNothing(bool ofA)
    {
        int store = 0, kills;
        do
        {
            store++;
            using var bridge = new KeptBridge(seed: 320_000, early: false, plan: (ofA, store));
            string? wrong = bridge.Run(steps: 60);
            Assert.True(wrong is null, $"store {store}: {wrong}{Environment.NewLine}{bridge.Journal}");
            Assert.Equal(0, bridge.LivesLost);
            kills = bridge.Kills;
        }
        while (kills > 0);
        Assert.True(store > 100, $"only {store} stores");
    }

    private static (int Kills, int InFlight, int Lost) Run(int firstSeed, bool early)
    {
        (int kills, int inFlight, int lost) = (0, 0, 0);
        for (int seed = firstSeed; seed < firstSeed + Seeds; seed++)
        {
            using var bridge = new KeptBridge(seed, early);
            string? wrong = bridge.Run(Steps);
            Assert.True(wrong is null, $"seed {seed}: {wrong}{Environment.NewLine}{bridge.Journal}");
            (kills, inFlight, lost) = (kills + bridge.Kills, inFlight + bridge.KilledInFlight, lost + bridge.LivesLost);
        }

        return (kills, inFlight, lost);
    }
}
