using System.Globalization;
using System.Text.RegularExpressions;

namespace Bridge.EndToEnd.Tests.Metrics;

/// <summary>A page of Prometheus' text format, read by somebody else than its writer.</summary>
internal sealed partial class ScrapedPage(string text)
{
    /// <summary>The page as it came.</summary>
    public string Text { get; } = text;

    /// <summary>Families by their TYPE lines.</summary>
    public IReadOnlySet<string> Families { get; } = TypeLine().Matches(text).Select(line => line.Groups[1].Value).ToHashSet();

    /// <summary>Names of all samples.</summary>
    public IReadOnlySet<string> Names { get; } = SampleLine().Matches(text).Select(line => line.Groups[1].Value).ToHashSet();

    /// <summary>The sum of a family's samples whose labels hold all of these, as <c>name="value"</c>.</summary>
    public double Sum(string name, params string[] labels)
    {
        double[] values = [.. SampleLine().Matches(Text)
            .Where(line => line.Groups[1].Value == name && labels.All(label => line.Groups[2].Value.Contains(label, StringComparison.Ordinal)))
            .Select(line => double.Parse(line.Groups[3].Value, CultureInfo.InvariantCulture))];
        Assert.True(values.Length > 0, $"There is no sample {name} with {string.Join(", ", labels)} in:\n{Text}");
        return values.Sum();
    }

    [GeneratedRegex("^# TYPE ([a-z_]+) (counter|gauge|histogram)$", RegexOptions.Multiline)]
    private static partial Regex TypeLine();

    [GeneratedRegex("^([a-z_]+)({[^\n]*})? ([0-9.e+-]+)$", RegexOptions.Multiline)]
    private static partial Regex SampleLine();
}
