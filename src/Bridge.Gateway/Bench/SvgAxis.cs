using static System.FormattableString;

namespace Bridge.Gateway.Bench;

/// <summary>An axis: what it counts, where it begins and ends, and where its ticks are.</summary>
internal sealed class SvgAxis
{
    private readonly double _from, _to;
    private readonly Func<double, double> _scale;

    private SvgAxis(string name, double from, double to, Func<double, double> scale, IReadOnlyList<(double, string)> ticks) =>
        (Name, _from, _to, _scale, Ticks) = (name, scale(from), scale(to), scale, ticks);

    /// <summary>With its unit.</summary>
    public string Name { get; }

    /// <summary>Values and their texts.</summary>
    public IReadOnlyList<(double Value, string Text)> Ticks { get; }

    /// <summary>From 0 to a round number at or above <paramref name="most"/>, with about five ticks.</summary>
    public static SvgAxis Linear(string name, double most)
    {
        double step = Step(Math.Max(most, 1e-9) / 5);
        int count = Math.Max(1, (int)Math.Ceiling(most / step - 1e-9));
        return new SvgAxis(name, 0, count * step, static value => value, [.. Enumerable.Range(0, count + 1).Select(i => (i * step, Short(i * step)))]);
    }

    /// <summary>Powers of ten around a range, each with its 2 and 5 when there are few.</summary>
    public static SvgAxis Logarithmic(string name, double least, double most, Func<double, string> text)
    {
        int first = (int)Math.Floor(Math.Log10(Math.Max(least, 0.1))), last = Math.Max(first + 1, (int)Math.Ceiling(Math.Log10(Math.Max(most, 0.1))));
        double[] inside = last - first <= 3 ? [1, 2, 5] : [1];
        double end = Math.Pow(10, last);
        IEnumerable<double> ticks = Enumerable.Range(first, last - first).SelectMany(power => inside.Select(digit => digit * Math.Pow(10, power))).Append(end);
        return new SvgAxis(name, Math.Pow(10, first), end, static value => Math.Log10(Math.Max(value, 1e-3)), [.. ticks.Select(value => (value, text(value)))]);
    }

    /// <summary>Percentiles by their number of nines: what is rare gets the room that it deserves.</summary>
    public static SvgAxis Percentiles(string name) => new(
        name, 0, 99.99, static percent => -Math.Log10(1 - Math.Min(percent, 99.995) / 100), [.. new[] { 0, 50, 90, 99, 99.9, 99.99 }.Select(static percent => (percent, Invariant($"{percent}%")))]);

    /// <summary>0 at the beginning, 1 at the end.</summary>
    public double Position(double value) => Math.Clamp((_scale(value) - _from) / (_to - _from), 0, 1);

    private static double Step(double rough)
    {
        double power = Math.Pow(10, Math.Floor(Math.Log10(rough))), digit = rough / power;
        return (digit <= 1 ? 1 : digit <= 2 ? 2 : digit <= 5 ? 5 : 10) * power;
    }

    private static string Short(double value) => value switch
    {
        >= 1e6 => Invariant($"{value / 1e6:0.##} M"),
        >= 1e4 => Invariant($"{value / 1e3:0.##} k"),
        _ => Invariant($"{value:0.###}"),
    };
}
