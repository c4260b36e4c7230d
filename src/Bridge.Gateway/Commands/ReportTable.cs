using System.Globalization;
using Spectre.Console;

namespace Bridge.Gateway.Commands;

/// <summary>Tables as all commands draw them. Texts are printed as they are: names come from peers and are no markup.</summary>
internal static class ReportTable
{
    private static readonly string[] Units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

    /// <summary>An empty table with these headings.</summary>
    public static Table Create(params ReadOnlySpan<string> headings)
    {
        Table table = new() { Border = TableBorder.Simple };
        foreach (string heading in headings)
        {
            table.AddColumn(new TableColumn(new Text(heading, new Style(decoration: Decoration.Bold))));
        }

        return table;
    }

    /// <summary>Adds a row; null is unknown and shown as a dash.</summary>
    public static void Row(this Table table, params ReadOnlySpan<string?> cells)
    {
        List<Text> texts = [];
        foreach (string? cell in cells)
        {
            texts.Add(new Text(Plain(cell)));
        }

        table.AddRow(texts);
    }

    /// <summary>A text, in which peers may have a say, without what would steer the terminal; a dash for null.</summary>
    public static string Plain(string? text) => string.IsNullOrEmpty(text) ? "-" : string.Concat(text.Where(c => !char.IsControl(c)));

    /// <summary>A number, or null.</summary>
    public static string? Number(long? value) => value?.ToString(CultureInfo.InvariantCulture);

    /// <summary>A number of bytes with a unit, or null.</summary>
    public static string? Bytes(long? value)
    {
        if (value is not { } bytes)
        {
            return null;
        }

        int unit = 0;
        double scaled = bytes;
        while (scaled >= 1024 && unit < Units.Length - 1)
        {
            scaled /= 1024;
            unit++;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{scaled:0.#} {Units[unit]}");
    }
}
