using System.Globalization;
using Bridge.Gateway.Reports;
using Spectre.Console;

namespace Bridge.Gateway.Lab;

/// <summary>The lab's report for people.</summary>
internal static class LabTable
{
    /// <summary>Writes the table.</summary>
    public static void Write(IAnsiConsole console, LabReport report)
    {
        Table table = new Table().RoundedBorder().AddColumn("rpmsg-bridge lab").AddColumn(new TableColumn(report.Scenario).RightAligned());
        Row("transport", report.Transport == "quic" ? "QUIC, TLS 1.3" : "TCP, TLS 1.3");
        Row("channels", 1);
        Row("file bytes, there and back", report.Bytes);
        Row("SHA-256", report.Sha256Match switch { true => "matches on both sides", false => "DIFFERS", null => null });
        Row("messages accepted by send()", report.Messages);
        Row("lost", report.Lost);
        Row("duplicated", report.Duplicated);
        Row("reordered", report.Reordered);
        Row("round trip p50, us", report.RttMicroseconds?.P50);
        Row("round trip p99, us", report.RttMicroseconds?.P99);
        Row("burst, messages per second", report.MessagesPerSecond);
        console.Write(table);

        // A figure that was not measured has no row.
        void Row(string what, object? value)
        {
            if (value is not null)
                table.AddRow(what, string.Format(CultureInfo.InvariantCulture, value is double or long ? "{0:N0}" : "{0}", value));
        }
    }

    /// <summary>What is wrong with the figures, a sentence; null when all is well.</summary>
    public static string? Verdict(LabReport report)
    {
        List<string> wrong = [];
        if (report.Sha256Match == false)
            wrong.Add("the file came back different");
        if (report.Lost is not 0)
            wrong.Add($"{report.Lost} messages were lost");
        if (report.Duplicated is not 0)
            wrong.Add($"{report.Duplicated} messages came twice");
        if (report.Reordered is not 0)
            wrong.Add($"{report.Reordered} messages came out of order");
        return wrong.Count == 0 ? null : string.Join(", ", wrong);
    }
}
