namespace Bridge.Fuzz;

/// <summary>tests/fuzz.</summary>
internal static class Program
{
    private const int Found = 1, WrongCommandLine = 64;

    public static int Main(string[] arguments) => Run(arguments, FuzzTargets.All, Console.Out);

    /// <summary>Runs what the command line says; the exit code.</summary>
    public static int Run(string[] arguments, IReadOnlyList<FuzzTarget> targets, TextWriter output)
    {
        if (!FuzzOptions.TryParse(arguments, targets, out FuzzOptions? options, out string wrong))
        {
            output.WriteLine($"{wrong}\n{FuzzOptions.Usage}");
            return WrongCommandLine;
        }

        FuzzTable.WriteHead(output);
        var all = new List<FuzzTotals>();
        foreach (FuzzTarget target in options!.Targets)
        {
            var run = new FuzzRun(target, TimeProvider.System);
            using var watchdog = new Watchdog(target, run, stuck =>
            {
                output.WriteLine(stuck);
                output.Flush();
                Environment.Exit(Found);
            });
            if (options.Replay is { } replay)
                run.Repeat(replay);
            else
                run.For(options.PerTarget, options.Seed, options.Executions);
            FuzzTable.Write(output, target, run.Totals);
            all.Add(run.Totals);
        }

        FuzzTable.WriteSum(output, all);
        return all.Exists(totals => totals.Find is not null) ? Found : 0;
    }
}
