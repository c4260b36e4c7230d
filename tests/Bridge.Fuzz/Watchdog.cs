namespace Bridge.Fuzz;

/// <summary>Ends the program when one input takes for ever: work that is not bounded cannot be reported by the thread that does it.</summary>
internal sealed class Watchdog : IDisposable
{
    /// <summary>Far longer than any input takes on a busy machine.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);

    private readonly Timer _timer;

    /// <summary>Watches a run until it is disposed.</summary>
    public Watchdog(FuzzTarget target, FuzzRun run, Action<string> end) => _timer = new Timer(
        _ =>
        {
            (string lineage, TimeSpan since) = run.Current;
            if (since > Limit)
                end($"one input of {target.Name} has taken {since.TotalSeconds:0} s; it is one of the session\n  tests/fuzz --target {target.Name} --seed {lineage}");
        },
        null,
        TimeSpan.FromSeconds(5),
        TimeSpan.FromSeconds(5));

    public void Dispose() => _timer.Dispose();
}
