namespace Bridge.Fuzz;

/// <summary>What a run of one target did.</summary>
internal sealed class FuzzTotals
{
    /// <summary>Inputs given, those not counted that only repeated an earlier session's beginning.</summary>
    public long Executions { get; set; }

    /// <summary>Fresh starts.</summary>
    public long Sessions { get; set; }

    /// <summary>Kinds of outcome seen.</summary>
    public int Outcomes { get; set; }

    /// <summary>The most that one input made this thread allocate, bytes.</summary>
    public long LargestAllocation { get; set; }

    /// <summary>How long it ran.</summary>
    public TimeSpan Elapsed { get; set; }

    /// <summary>What was found; null: nothing.</summary>
    public FuzzFind? Find { get; set; }
}
