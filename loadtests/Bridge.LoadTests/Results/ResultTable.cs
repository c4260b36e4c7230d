using static System.FormattableString;

namespace Bridge.LoadTests.Results;

/// <summary>Figures and targets as text.</summary>
internal static class ResultTable
{
    /// <summary>Every figure's median, lowest and highest.</summary>
    public static void WriteFigures(TextWriter output, Figures figures)
    {
        output.WriteLine(Invariant($"{"figure",-20} {"of",-34} {"bytes",5} {"ch",3} {"median",12} {"lowest",12} {"highest",12}"));
        foreach ((Figure figure, IReadOnlyList<double> values) in figures.All)
            output.WriteLine(Invariant($"{figure.What,-20} {figure.Rig,-34} {figure.Length,5} {figure.Channels,3} {Text(Figures.Median(values)),12} {Text(values.Min()),12} {Text(values.Max()),12}"));
    }

    /// <summary>Every target in a line; the last line says how many were met.</summary>
    /// <returns>True: all.</returns>
    public static bool WriteTargets(TextWriter output, IReadOnlyList<Target> targets)
    {
        output.WriteLine();
        foreach (Target target in targets)
        {
            string figures = target.Floor is { } floor
                ? Invariant($"{Text(target.Value)} {target.Unit}, {target.FloorName} {Text(floor)}: ratio {target.Ratio:F2}")
                : Invariant($"{Text(target.Value)} {target.Unit}");
            output.WriteLine(Invariant($"{(target.IsMet ? "met   " : "MISSED")} {target.Name}, {target.Transport}, ring {target.Ring}: {figures} ({(target.IsMost ? "at most" : "at least")} {target.Bound})"));
        }

        int met = targets.Count(target => target.IsMet);
        output.WriteLine();
        output.WriteLine($"{met} of {targets.Count} targets met");
        return met == targets.Count;
    }

    private static string Text(double value) => value switch
    {
        >= 1000 => Invariant($"{value:N0}").Replace(",", " ", StringComparison.Ordinal),
        >= 10 => Invariant($"{value:F1}"),
        _ => Invariant($"{value:F3}"),
    };
}
