using Bridge.LoadTests;
using Bridge.LoadTests.Processes;
using Bridge.LoadTests.Results;

namespace Bridge.Performance.Tests;

/// <summary>
/// The gate: ratios between floors and bridge, measured by turns in one run, with bounds so wide that only a change of kind breaks them (a message per write, a wait where there
/// is nothing to wait for). The targets proper are loadtests/run's, on a quiet machine.
/// </summary>
[Trait("Category", "Performance")]
public sealed class RegressionGateTests
{
    // How far from its target a row may be.
    private const double Generosity = 10;

    // A change of kind shows every time, what another program does to one measurement does not.
    private const int Attempts = 3;

    [Fact]
    public async Task Ratios_OfAShortRun_AreOfTheRightKind()
    {
        Figures figures = new();
        Target[] wrong = [], rows = [];
        using RunPlace place = new();
        using CancellationTokenSource limit = new(Bounds.Limit * 2);
        await using RigSet rigs = new(place, LoadPlan.Gate);
        await rigs.StartAsync(limit.Token);
        for (int attempt = 0; attempt == 0 || (attempt < Attempts && wrong.Length > 0); attempt++)
        {
            await new Measurements(rigs, LoadPlan.Gate, figures, static _ => { }).RunAsync(limit.Token);
            // Not the ratio of p99 to p50: that is the machine's, when others use it.
            rows = [.. new Targets(figures.OfBest(), LoadPlan.Gate.Rings).Evaluate().Where(static row => row is { Floor: not null, FloorName: not "its p50" })];
            wrong = [.. rows.Where(static row => row.IsMost ? row.Ratio > row.Bound * Generosity : row.Ratio < row.Bound / Generosity)];
        }

        // Both directions of ratios are there, and all rigs that the rows name.
        Assert.Contains(rows, static row => row.IsMost);
        Assert.Contains(rows, static row => !row.IsMost);
        Assert.True(wrong.Length == 0, string.Join('\n', wrong.Select(static row => $"{row.Name}: {row.Value} {row.Unit} against {row.Floor}, ratio {row.Ratio}, where {row.Bound} is meant")));
    }
}
