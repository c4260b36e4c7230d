using System.Net;
using System.Text;
using System.Text.Json;
using static System.FormattableString;

namespace Bridge.Gateway.Bench;

/// <summary>A report as one page that needs nothing else: no script, no font, no picture from anywhere. The JSON of the report is inside, for programs.</summary>
internal static class BenchHtml
{
    private const string Style = """
        :root { color-scheme: light dark; --ink: #1b1f24; --paper: #ffffff; --faint: #d5dae0; --sent: #8a93a0; --rate: #1f6feb; --p50: #1a7f37; --p99: #bf5b04; --max: #cf222e; }
        @media (prefers-color-scheme: dark) { :root { --ink: #e6e9ed; --paper: #14171b; --faint: #333a43; --rate: #6ea8ff; --p50: #57c46f; --p99: #f0a050; --max: #ff7b72; } }
        body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 900px; margin: 2em auto; padding: 0 1em; }
        h1 { font-size: 1.4em; margin-bottom: 0; } h2 { font-size: 1.1em; margin-top: 1.8em; }
        table { border-collapse: collapse; } th, td { text-align: right; padding: .15em .8em; border-bottom: 1px solid var(--faint); } th:first-child, td:first-child { text-align: left; padding-left: 0; }
        .met { color: var(--p50); } .missed { color: var(--max); font-weight: 600; } .scroll { overflow-x: auto; }
        svg { width: 100%; height: auto; margin: .6em 0; } svg text { font-size: 12px; fill: var(--ink); } svg text.title { font-size: 14px; font-weight: 600; }
        svg .grid { stroke: var(--faint); stroke-width: 1; } svg line.mark { stroke: var(--ink); stroke-dasharray: 3 4; opacity: .5; } svg text.mark { font-size: 11px; opacity: .8; }
        svg polyline { fill: none; stroke-width: 2; } svg circle { stroke: none; }
        svg .sent { stroke: var(--sent); } svg .rate { stroke: var(--rate); } svg .p50 { stroke: var(--p50); } svg .p99 { stroke: var(--p99); } svg .max { stroke: var(--max); }
        svg circle.sent { fill: var(--sent); } svg circle.rate { fill: var(--rate); } svg circle.p50 { fill: var(--p50); } svg circle.p99 { fill: var(--p99); } svg circle.max { fill: var(--max); }
        """;

    /// <summary>The whole page.</summary>
    public static string Render(BenchReport report)
    {
        StringBuilder page = new();
        string verdict = report.Passed ? "<span class=\"met\">passed</span>" : "<span class=\"missed\">failed</span>";
        page.AppendLine($"<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n<title>{Escape(report.Scenario)}: {Escape(report.Device)}</title>\n<style>\n{Style}\n</style>\n</head>\n<body>");
        page.AppendLine($"<h1>{Escape(report.Scenario)}: {verdict}</h1>");
        page.AppendLine(Invariant($"<p>{Escape(report.Device)}, channels {Escape(string.Join(", ", report.Channels))}, messages of {report.Length} bytes, {report.At:yyyy-MM-dd HH:mm:ss} UTC, {report.ElapsedSeconds:F1} s</p>"));
        if (report.Ended is { } why)
            page.AppendLine($"<p class=\"missed\">Ended before its time: {Escape(why)}</p>");
        Counts(page, report);
        Thresholds(page, report);
        page.AppendLine("<h2>Round trips</h2>\n<p>Each counts from when its message should have been sent.</p>");
        Charts(page, report);
        Percentiles(page, report);
        // "<" cannot stand in a script element: it could end it.
        string json = JsonSerializer.Serialize(report, BenchJson.Default.BenchReport).Replace("<", "\\u003c", StringComparison.Ordinal);
        return page.AppendLine($"<script type=\"application/json\" id=\"report\">\n{json}\n</script>\n</body>\n</html>").ToString();
    }

    private static void Counts(StringBuilder page, BenchReport report)
    {
        page.AppendLine("<div class=\"scroll\"><table><tr><th>sent</th><th>echoed</th><th>lost</th><th>late</th><th>corrupted</th><th>foreign</th><th>unsent</th><th>round trips per second</th></tr>");
        page.AppendLine(Invariant($"<tr><td>{report.Sent}</td><td>{report.Received}</td><td>{report.Lost}</td><td>{report.Late}</td><td>{(report.Corrupted is { } bad ? Invariant($"{bad}") : "not verified")}</td><td>{report.Foreign}</td><td>{report.Unsent}</td><td>{report.Rate:F0}</td></tr></table></div>"));
    }

    private static void Thresholds(StringBuilder page, BenchReport report)
    {
        page.AppendLine("<h2>Thresholds</h2>\n<table><tr><th>threshold</th><th>is</th><th></th></tr>");
        foreach (ThresholdResult threshold in report.Thresholds)
            page.AppendLine(Invariant($"<tr><td>{Escape(threshold.Text)}</td><td>{threshold.Value}</td><td class=\"{(threshold.Met ? "met" : "missed")}\">{(threshold.Met ? "met" : "missed")}</td></tr>"));
        page.AppendLine("</table>\n<h2>Load</h2>\n<ol>");
        foreach (BenchPhase phase in report.Load)
            page.AppendLine($"<li>{Escape(phase.Text)}</li>");
        page.AppendLine("</ol>");
    }

    private static void Charts(StringBuilder page, BenchReport report)
    {
        BenchInterval[] heard = [.. report.Intervals.Where(static interval => interval.P50 is not null)];
        if (heard.Length == 0)
        {
            page.AppendLine("<p>No echo came, so there is nothing to draw.</p>");
            return;
        }

        SvgAxis seconds = SvgAxis.Linear("seconds", report.Intervals[^1].Second);
        SvgChart latency = new("Latency over time", seconds, Latencies("round trip", heard.Min(static one => one.P50!.Value), heard.Max(static one => one.Max!.Value)));
        latency.Line("max", "max", heard.Select(static one => (one.Second, one.Max!.Value)))
            .Line("p99", "p99", heard.Select(static one => (one.Second, one.P99!.Value)))
            .Line("p50", "p50", heard.Select(static one => (one.Second, one.P50!.Value)));
        SvgChart throughput = new("Throughput over time", seconds, SvgAxis.Linear("messages per second", report.Intervals.Max(static one => Math.Max(one.Rate, one.SentRate))));
        throughput.Line("sent", "sent", report.Intervals.Select(static one => (one.Second, one.SentRate))).Line("echoed", "rate", report.Intervals.Select(static one => (one.Second, one.Rate)));
        foreach (BenchPhase phase in report.Load)
        {
            latency.Mark(phase.Second, phase.Text);
            throughput.Mark(phase.Second, phase.Text);
        }

        SvgChart percentiles = new("Latency by percentile", SvgAxis.Percentiles("percentile"), Latencies("round trip", report.Min!.Value, report.Max!.Value));
        percentiles.Line("all", "rate", report.Percentiles.Select(static one => (one.Percent, one.Microseconds)));
        page.Append(percentiles.Render()).Append(latency.Render()).Append(throughput.Render());
    }

    private static SvgAxis Latencies(string name, double least, double most) =>
        SvgAxis.Logarithmic(name, least, most, static value => value >= 1e6 ? Invariant($"{value / 1e6:0.###} s") : value >= 1e3 ? Invariant($"{value / 1e3:0.###} ms") : Invariant($"{value:0.###} us"));

    private static void Percentiles(StringBuilder page, BenchReport report)
    {
        if (report.Percentiles.Count == 0)
            return;
        page.AppendLine("<table><tr><th>percentile</th><th>round trip</th></tr>");
        foreach (BenchPercentile one in report.Percentiles)
            page.AppendLine(Invariant($"<tr><td>{one.Percent}</td><td>{BenchText.Time(one.Microseconds)}</td></tr>"));
        page.AppendLine("</table>");
    }

    private static string Escape(string text) => WebUtility.HtmlEncode(text);
}
