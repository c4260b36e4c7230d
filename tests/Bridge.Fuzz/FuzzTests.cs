using System.Globalization;

namespace Bridge.Fuzz;

/// <summary>Every target briefly, so that it cannot rot; and the fuzzer itself: what cannot find a defect proves nothing.</summary>
public sealed class FuzzTests
{
    private const int Inputs = 2000;

    public static TheoryData<string> Names => [.. FuzzTargets.All.Select(target => target.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    [Trait("Category", "Hostile")]
    public void Target_AFewThousandInputs_FindsNothing(string name)
    {
        FuzzTarget target = FuzzTargets.All.Single(target => target.Name == name);
        FuzzTotals totals = new FuzzRun(target, TimeProvider.System).For(TimeSpan.MaxValue, seed: 1, Inputs);
        Assert.True(totals.Find is null, $"{totals.Find?.Failure}\n  {totals.Find?.Command}");
        // Its inputs are no mere noise: they come to many different ends.
        Assert.True(totals.Outcomes >= 20, $"{totals.Outcomes} kinds of outcome");
    }

    [Fact]
    public void Run_OfATargetWithADefect_PrintsTheCommandThatRepeatsIt()
    {
        FuzzTarget[] targets = [new("defect", "nobody", "a planted defect", _ => new Defect())];
        using var found = new StringWriter(CultureInfo.InvariantCulture);
        Assert.Equal(1, Program.Run(["--executions", "1000000", "--seed", "7"], targets, found));
        string command = found.ToString().Split('\n').Single(line => line.TrimStart().StartsWith("tests/fuzz", StringComparison.Ordinal)).Trim();

        using var again = new StringWriter(CultureInfo.InvariantCulture);
        Assert.Equal(1, Program.Run(command.Split(' ')[1..], targets, again));
        Assert.Contains("three in a row", again.ToString(), StringComparison.Ordinal);
        Assert.Contains(command, again.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Run_OfATargetThatAllocatesWithoutBound_FindsThat()
    {
        FuzzTotals totals = new FuzzRun(new("glutton", "nobody", "memory", _ => new Glutton()), TimeProvider.System).For(TimeSpan.MaxValue, seed: 1, executions: 10);
        Assert.Contains("allocate", totals.Find!.Failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--target", "none")]
    [InlineData("--seed", "x")]
    [InlineData("--seed", "12:5")]
    [InlineData("--seconds")]
    [InlineData("--fast")]
    public void Run_WrongCommandLine_SaysHowItIsCalled(params string[] arguments)
    {
        using var output = new StringWriter(CultureInfo.InvariantCulture);
        Assert.Equal(64, Program.Run(arguments, FuzzTargets.All, output));
        Assert.Contains("usage:", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Targets_InTheThreatModel_AreThese()
    {
        string? root = AppContext.BaseDirectory;
        while (root is not null && !File.Exists(Path.Combine(root, "Bridge.sln")))
            root = Path.GetDirectoryName(root);
        string[] rows = [.. File.ReadLines(Path.Combine(root!, "src", "THREATS.md")).SkipWhile(line => line != "## Fuzzing").Where(line => line.StartsWith("| `", StringComparison.Ordinal))];
        Assert.Equal(FuzzTargets.All.Select(target => target.Name), rows.Select(row => row.Split('`')[1]));
    }

    /// <summary>Fails when the same number comes three times in a row: rare by chance, near when what has come nearer is gone on from.</summary>
    private sealed class Defect : IFuzzSession
    {
        private int _last = -1, _times;

        public void Dispose()
        {
        }

        public int Step(FuzzRandom random)
        {
            int number = random.Next(60);
            (_times, _last) = (number == _last ? _times + 1 : 1, number);
            return _times < 3 ? _times : throw new FuzzFindException("three in a row");
        }
    }

    private sealed class Glutton : IFuzzSession
    {
        public void Dispose()
        {
        }

        public int Step(FuzzRandom random)
        {
            byte[] much = GC.AllocateUninitializedArray<byte>((int)FuzzRun.AllocationLimit + 1);
            return much.Length;
        }
    }
}
