using System.Globalization;
using System.Text.RegularExpressions;

namespace Bridge.Gateway.Bench;

/// <summary>A condition that a run must satisfy, such as <c>p99 &lt; 2ms</c>, <c>rate &gt;= 10000</c> or <c>lost = 0</c>.</summary>
/// <param name="Metric">One of <see cref="Metrics"/>.</param>
/// <param name="Comparison"><c>&lt;</c>, <c>&lt;=</c>, <c>&gt;</c>, <c>&gt;=</c> or <c>=</c>.</param>
/// <param name="Bound">Microseconds for latencies, else a number.</param>
/// <param name="Text">As the user wrote it.</param>
internal sealed partial record Threshold(string Metric, string Comparison, double Bound, string Text)
{
    /// <summary>What is accepted, in a sentence's place.</summary>
    public const string Grammar = "min, mean, p50, p75, p90, p95, p99, p99.9, p99.99 or max with a time (p99<2ms), or rate, sent, received, lost, late, corrupted, foreign or unsent with a number (lost=0); comparisons are < <= > >= =";

    private static readonly string[] Times = ["min", "mean", "p50", "p75", "p90", "p95", "p99", "p99.9", "p99.99", "max"];
    private static readonly string[] Numbers = ["rate", "sent", "received", "lost", "late", "corrupted", "foreign", "unsent"];

    /// <summary>Reads one.</summary>
    public static bool TryParse(string text, out Threshold? threshold)
    {
        threshold = null;
        Match match = Condition().Match(text.Trim());
        if (!match.Success)
            return false;
        string metric = match.Groups["metric"].Value.ToLowerInvariant(), unit = match.Groups["unit"].Value;
        bool isTime = Times.Contains(metric);
        if (isTime != unit.Length > 0 || !(isTime || Numbers.Contains(metric)))
            return false;
        string number = match.Groups["number"].Value;
        double bound = isTime ? LoadText.Time(number, unit).TotalMicroseconds : double.Parse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture);
        threshold = new Threshold(metric, match.Groups["comparison"].Value, bound, text.Trim());
        return true;
    }

    /// <summary>Holds it against a run.</summary>
    public ThresholdResult Judge(BenchTotals totals)
    {
        double value = Value(totals);
        bool isMet = Comparison switch
        {
            "<" => value < Bound,
            "<=" => value <= Bound,
            ">" => value > Bound,
            ">=" => value >= Bound,
            _ => value == Bound,
        };

        // Of nothing there is no latency: a run without an echo satisfies no such condition.
        return new ThresholdResult(Text, Math.Round(value, 1), isMet && (totals.Received > 0 || !Times.Contains(Metric)));
    }

    private double Value(BenchTotals totals) => Metric switch
    {
        "rate" => totals.Rate,
        "sent" => totals.Sent,
        "received" => totals.Received,
        "lost" => totals.Lost,
        "late" => totals.Late,
        "corrupted" => totals.Corrupted,
        "foreign" => totals.Foreign,
        "unsent" => totals.Unsent,
        "min" => totals.Latencies.Smallest.TotalMicroseconds,
        "mean" => totals.Latencies.Mean.TotalMicroseconds,
        "max" => totals.Latencies.Largest.TotalMicroseconds,
        _ => totals.Latencies.Percentile(double.Parse(Metric.AsSpan(1), CultureInfo.InvariantCulture)).TotalMicroseconds,
    };

    [GeneratedRegex(@"^(?<metric>[a-z]+[0-9.]*)\s*(?<comparison><=|>=|<|>|=)\s*(?<number>\d{1,15}(\.\d{1,6})?)\s*(?<unit>us|ms|s|m)?$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Condition();
}
