using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Bridge.EndToEnd.Tests.Metrics;

/// <summary>metrics/dashboard.json as Grafana would use it.</summary>
internal static partial class Dashboard
{
    /// <summary>The queries of all panels, with Grafana's variables filled in.</summary>
    public static IReadOnlyList<string> Queries { get; } = Read();

    /// <summary>The names of metrics in a query: what is left of it without labels, ranges, groupings and functions.</summary>
    public static IReadOnlyList<string> NamesIn(string query) => [.. Name().Matches(NoName().Replace(query, " ")).Select(name => name.Value).Distinct()];

    private static string[] Read()
    {
        JsonNode dashboard = JsonNode.Parse(File.ReadAllText(Path.Combine(Repository.Root, "metrics", "dashboard.json")))!;
        return [.. dashboard["panels"]!.AsArray()
            .SelectMany(panel => panel!["targets"]?.AsArray() ?? [])
            .Select(target => target!["expr"]!.GetValue<string>()
                .Replace("$__rate_interval", "1m", StringComparison.Ordinal)
                .Replace("$instance", ".*", StringComparison.Ordinal)
                .Replace("$device", ".*", StringComparison.Ordinal))];
    }

    [GeneratedRegex(@"\{[^}]*\}|\[[^\]]*\]|\b(by|without|ignoring|on)\s*\([^)]*\)|\b[a-z_]+\s*(?=\()|\b(or|and|unless|sum|ignoring|without|by)\b")]
    private static partial Regex NoName();

    [GeneratedRegex("[a-z_]{3,}")]
    private static partial Regex Name();
}
