namespace Bridge.Fuzz;

/// <summary>
/// Runs one target. Guided by outcomes, not by code coverage, for which there is no tool here: a session that comes to a kind of outcome nobody has come to is kept, and later ones go
/// on from where it stood.
/// </summary>
internal sealed class FuzzRun(FuzzTarget target, TimeProvider time)
{
    /// <summary>More than this from one input, and memory is not bounded by what the input deserves.</summary>
    public const long AllocationLimit = 64 << 20;

    private const int MaximumKept = 4096;

    private readonly HashSet<int> _outcomes = [];
    private readonly List<Lineage> _kept = [];
    private volatile string _current = "";
    private long _inputSince;

    /// <summary>What has been done so far.</summary>
    public FuzzTotals Totals { get; } = new();

    /// <summary>The input at hand and for how long it has been at it: for a watchdog on another thread.</summary>
    public (string Lineage, TimeSpan Since) Current => (_current, time.GetElapsedTime(Volatile.Read(ref _inputSince)));

    /// <summary>Runs until the time is up, so many inputs were given, or something was found.</summary>
    public FuzzTotals For(TimeSpan duration, ulong seed, long executions = long.MaxValue)
    {
        var choices = new FuzzRandom(seed);
        long began = time.GetTimestamp();
        while (Totals.Find is null && Totals.Executions < executions && time.GetElapsedTime(began) < duration)
        {
            ulong next = choices.Next64();
            Repeat(_kept.Count > 0 && choices.OneIn(2) ? _kept[choices.Next(_kept.Count)].Extend(next, target.Steps) : Lineage.Of(next, target.Steps));
        }

        Totals.Elapsed = time.GetElapsedTime(began);
        Totals.Outcomes = _outcomes.Count;
        return Totals;
    }

    /// <summary>Runs one session.</summary>
    public void Repeat(Lineage lineage)
    {
        int inputs = 0;
        (_current, _inputSince) = (lineage.ToString(), time.GetTimestamp());
        try
        {
            var random = new FuzzRandom(lineage.Parts[0].Seed);
            using IFuzzSession session = target.Start(random);
            Totals.Sessions++;
            for (int part = 0; part < lineage.Parts.Count; part++)
            {
                if (part > 0)
                    random.Reseed(lineage.Parts[part].Seed);
                bool isLast = part == lineage.Parts.Count - 1;
                for (inputs = 0; inputs < lineage.Parts[part].Inputs;)
                {
                    inputs++;
                    int outcome = Step(session, random);
                    if (!isLast)
                        continue;
                    Totals.Executions++;
                    if (_outcomes.Add(outcome) && _kept.Count < MaximumKept)
                        _kept.Add(lineage.Cut(inputs));
                }
            }
        }
#pragma warning disable CA1031 // Whatever comes out of a session is a find.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            Totals.Find = new FuzzFind(target, lineage.Cut(inputs), failure);
        }
    }

    private int Step(IFuzzSession session, FuzzRandom random)
    {
        Volatile.Write(ref _inputSince, time.GetTimestamp());
        long before = GC.GetAllocatedBytesForCurrentThread();
        int outcome = session.Step(random);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Totals.LargestAllocation = Math.Max(Totals.LargestAllocation, allocated);
        FuzzFindException.Unless(allocated <= AllocationLimit, $"one input made this side allocate {allocated} bytes; the limit is {AllocationLimit}");
        return outcome;
    }
}
