namespace Bridge.LoadTests.Results;

/// <summary>One row of the table of targets.</summary>
/// <param name="Name">What is to be reached.</param>
/// <param name="Transport">Over what.</param>
/// <param name="Ring">Ring size, or what else says which bridge.</param>
/// <param name="Value">What the bridge did, in <paramref name="Unit"/>.</param>
/// <param name="Floor">What it is held against; null: the bound is absolute.</param>
/// <param name="FloorName">What that is.</param>
/// <param name="Unit">Of value and floor.</param>
/// <param name="Bound">For value / floor, or for the value.</param>
/// <param name="IsMost">True: at most the bound. False: at least.</param>
internal sealed record Target(string Name, string Transport, string Ring, double Value, double? Floor, string FloorName, string Unit, double Bound, bool IsMost)
{
    /// <summary>Value over floor, or the value.</summary>
    public double Ratio => Floor is { } floor ? Value / floor : Value;

    public bool IsMet => IsMost ? Ratio <= Bound : Ratio >= Bound;
}
