using System.Text;
using static System.FormattableString;

namespace Bridge.Gateway.Bench;

/// <summary>A report for people at a terminal.</summary>
internal static class BenchText
{
    /// <summary>One line for one interval.</summary>
    public static string Line(BenchInterval interval) => Invariant(
        $"{interval.Second,7:F0} s  sent {interval.SentRate,9:F0}/s  echoed {interval.Rate,9:F0}/s  p50 {Time(interval.P50),9}  p99 {Time(interval.P99),9}  max {Time(interval.Max),9}{(interval.Lost > 0 ? Invariant($"  lost {interval.Lost}") : "")}");

    /// <summary>The whole report.</summary>
    public static string Summary(BenchReport report)
    {
        StringBuilder text = new();
        string corrupted = report.Corrupted is { } bad ? Invariant($", {bad} corrupted") : "";
        text.AppendLine(Invariant($"{report.Scenario}: {report.Device}/{string.Join(',', report.Channels)}, {report.Length} bytes, {string.Join(", ", report.Load.Select(static phase => phase.Text))}"));
        text.AppendLine(Invariant($"{report.Sent} sent, {report.Received} echoed, {report.Lost} lost, {report.Late} late{corrupted}, {report.Foreign} foreign, {report.Unsent} unsent in {report.ElapsedSeconds:F1} s: {report.Rate:F0} round trips per second"));
        if (report.Mean is { } mean)
        {
            text.AppendLine(Invariant($"Average round-trip latency: {mean:F1} us"));
            text.AppendLine(Invariant($"Worst-case round-trip latency: {report.Max:F1} us"));
            text.AppendLine(string.Join("  ", report.Percentiles.Where(static one => one.Percent is > 0 and < 100).Select(static one => Invariant($"p{one.Percent} {Time(one.Microseconds)}"))));
        }

        foreach (ThresholdResult threshold in report.Thresholds)
            text.AppendLine(Invariant($"{(threshold.Met ? "met   " : "MISSED")} {threshold.Text} (is {threshold.Value})"));
        if (report.Ended is { } why)
            text.AppendLine($"ended before its time: {why}");
        return text.ToString();
    }

    /// <summary>A latency with a unit that fits; a dash where there is none.</summary>
    public static string Time(double? microseconds) => microseconds switch
    {
        null => "-",
        < 10_000 => Invariant($"{microseconds:F1} us"),
        < 10_000_000 => Invariant($"{microseconds / 1000:F1} ms"),
        _ => Invariant($"{microseconds / 1e6:F1} s"),
    };
}
