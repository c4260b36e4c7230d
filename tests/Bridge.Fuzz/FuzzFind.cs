namespace Bridge.Fuzz;

/// <summary>A session that broke a property.</summary>
/// <param name="Target">Which.</param>
/// <param name="Lineage">Repeats it: its last input is the one that did.</param>
/// <param name="Failure">What happened.</param>
internal sealed record FuzzFind(FuzzTarget Target, Lineage Lineage, Exception Failure)
{
    /// <summary>What the user types to see it again.</summary>
    public string Command => $"tests/fuzz --target {Target.Name} --seed {Lineage}";
}
