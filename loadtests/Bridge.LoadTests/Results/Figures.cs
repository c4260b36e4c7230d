namespace Bridge.LoadTests.Results;

/// <summary>All numbers of a run, several of each; what counts is their median.</summary>
internal sealed class Figures
{
    private readonly Dictionary<Figure, List<double>> _all = [];

    /// <summary>In the order in which they were first measured.</summary>
    public IEnumerable<(Figure Figure, IReadOnlyList<double> Values)> All => _all.Select(static pair => (pair.Key, (IReadOnlyList<double>)pair.Value));

    public void Add(Figure figure, double value)
    {
        if (!_all.TryGetValue(figure, out List<double>? values))
            _all[figure] = values = [];
        values.Add(value);
    }

    /// <summary>The median; null if it was not measured.</summary>
    public double? Median(Figure figure) => _all.TryGetValue(figure, out List<double>? values) ? Median(values) : null;

    /// <summary>The rig with the highest median among those that differ only in their ring.</summary>
    public (double Value, int Ring)? Highest(Figure figure) => OfAnyRing(figure).MaxBy(static found => found!.Value.Value);

    /// <summary>The rig with the lowest one.</summary>
    public (double Value, int Ring)? Lowest(Figure figure) => OfAnyRing(figure).MinBy(static found => found!.Value.Value);

    /// <summary>The best of each instead of all: what the machine did to a measurement only ever makes it worse. For the gate, which runs where others work.</summary>
    public Figures OfBest()
    {
        Figures best = new();
        foreach ((Figure figure, IReadOnlyList<double> values) in All)
            best.Add(figure, figure.What.EndsWith("rate", StringComparison.Ordinal) ? values.Max() : values.Min());
        return best;
    }

    public static double Median(IReadOnlyList<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    private IEnumerable<(double Value, int Ring)?> OfAnyRing(Figure figure) => _all
        .Where(pair => pair.Key with { Rig = pair.Key.Rig with { Ring = 0 } } == figure with { Rig = figure.Rig with { Ring = 0 } })
        .Select(static pair => ((double, int)?)(Median(pair.Value), pair.Key.Rig.Ring));
}
