using System.Globalization;
using Bridge.Gateway.Reports;
using Spectre.Console;

namespace Bridge.Gateway.Lab;

/// <summary>The lab's report for people.</summary>
internal static class LabTable
{
    /// <summary>Writes the table. A figure that was not measured has no row.</summary>
    public static void Write(IAnsiConsole console, LabReport report)
    {
        Table table = new Table().RoundedBorder().AddColumn("rpmsg-bridge lab").AddColumn(new TableColumn(report.Scenario).RightAligned());
        table.AddRow("transport", report.Transport == "quic" ? "QUIC, TLS 1.3" : "TCP, TLS 1.3");
        foreach ((string what, object? value) in report.Figures())
        {
            if (value is not null)
                table.AddRow(what.EscapeMarkup(), string.Format(CultureInfo.InvariantCulture, value is double or long ? "{0:N0}" : "{0}", value).EscapeMarkup());
        }

        console.Write(table);
    }

    /// <summary>What is wrong with the figures, a sentence; null when all is well.</summary>
    public static string? Verdict(LabReport report) => string.Join(", ", report.Faults()) is { Length: > 0 } wrong ? wrong : null;
}
