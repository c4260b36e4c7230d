using System.Text.RegularExpressions;

namespace Bridge.Architecture.Tests;

/// <summary>src/THREATS.md names the tests that prove it: each is there.</summary>
public sealed partial class ThreatModelTests
{
    private static readonly IReadOnlyList<string[]> Rows =
    [
        .. File.ReadLines(Path.Combine(SourceTree.Root, "src", "THREATS.md"))
            .SkipWhile(line => line != "## Network")
            .TakeWhile(line => line != "## Weaknesses")
            .Where(line => line.StartsWith('|') && !line.StartsWith("|-", StringComparison.Ordinal) && !line.StartsWith("| attack", StringComparison.Ordinal))
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries)[1..^1]),
    ];

    [Fact]
    public void Attacks_Each_HaveATestThatExists()
    {
        string tests = string.Join('\n', SourceTree.Tests.Select(file => file.Code));
        HashSet<string> methods = [.. Method().Matches(tests).Select(match => match.Groups[1].Value)];
        Assert.All(Rows, row =>
        {
            Assert.Equal(3, row.Length);
            string[] named = [.. Name().Matches(row[2]).Select(match => match.Groups[1].Value)];
            Assert.NotEmpty(named);
            Assert.All(named, name => Assert.Contains(name, methods));
        });
    }

    [Fact]
    public void Attacks_OfEveryNeighbour_AreThere()
    {
        string text = File.ReadAllText(Path.Combine(SourceTree.Root, "src", "THREATS.md"));
        Assert.All(["Network", "Peer gateway", "Ring owner", "Local application"], neighbour => Assert.Contains($"## {neighbour}\n", text, StringComparison.Ordinal));
        Assert.True(Rows.Count >= 30, $"{Rows.Count} rows");
    }

    [GeneratedRegex(@"\b(?:void|Task)\s+(\w+)\s*\(")]
    private static partial Regex Method();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Name();
}
