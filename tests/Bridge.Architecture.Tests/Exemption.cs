namespace Bridge.Architecture.Tests;

/// <summary>A place that may break a rule, and why.</summary>
/// <param name="Path">The file.</param>
/// <param name="Match">What it may use, as the rule's pattern finds it.</param>
/// <param name="Reason">Why.</param>
internal sealed record Exemption(string Path, string Match, string Reason)
{
    /// <summary>What the exemptions do not cover.</summary>
    public static IEnumerable<string> Except(IEnumerable<string> hits, IReadOnlyList<Exemption> exemptions) =>
        hits.Where(hit => !exemptions.Any(exemption => exemption.Covers(hit)));

    /// <summary>Exemptions that nothing needs any more: the list must not outlive its reasons.</summary>
    public static IEnumerable<Exemption> Unused(IEnumerable<string> hits, IReadOnlyList<Exemption> exemptions) =>
        exemptions.Where(exemption => !hits.Any(exemption.Covers));

    private bool Covers(string hit) => hit.StartsWith(Path + ":", StringComparison.Ordinal) && hit.EndsWith(" " + Match, StringComparison.Ordinal);
}
