using System.Globalization;
using System.Text;

namespace Bridge.Gateway.Metrics;

/// <summary>Prometheus' text format, version 0.0.4 (https://prometheus.io/docs/instrumenting/exposition_formats/): what lines are made of.</summary>
internal static class PrometheusText
{
    /// <summary>What a scraper is told.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>Text behind HELP: backslash and newline are escaped.</summary>
    public static string Help(string? description) => (description ?? "").Replace(@"\", @"\\", StringComparison.Ordinal).Replace("\n", @"\n", StringComparison.Ordinal);

    /// <summary>Labels in braces; nothing where there are none.</summary>
    public static string Labels(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.IsEmpty)
        {
            return "";
        }

        StringBuilder labels = new("{");
        foreach ((string name, object? value) in tags)
        {
            labels.Append(labels.Length > 1 ? "," : "").Append(PrometheusName.Label(name)).Append("=\"");
            Escape(labels, Convert.ToString(value, CultureInfo.InvariantCulture) ?? "");
            labels.Append('"');
        }

        return labels.Append('}').ToString();
    }

    /// <summary>One line.</summary>
    public static void Sample(StringBuilder text, string name, string labels, double value) => text.Append(name).Append(labels).Append(' ').Append(Number(value)).Append('\n');

    /// <summary>A number as Go reads it.</summary>
    public static string Number(double value) => double.IsPositiveInfinity(value) ? "+Inf"
        : double.IsNegativeInfinity(value) ? "-Inf"
        : value.ToString("R", CultureInfo.InvariantCulture).Replace('E', 'e');

    // Names come from strangers; what is no text at all becomes the replacement character when the page is encoded.
    private static void Escape(StringBuilder text, string value)
    {
        foreach (char c in value)
        {
            _ = c switch
            {
                '\\' => text.Append(@"\\"),
                '"' => text.Append("\\\""),
                '\n' => text.Append(@"\n"),
                _ => text.Append(c),
            };
        }
    }
}
