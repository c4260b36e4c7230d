using System.Globalization;

namespace Bridge.Fuzz;

/// <summary>How a session came about: begin with this seed, after so many inputs go on with that one, and so on. Written <c>SEED:INPUTS,SEED:INPUTS</c> in hexadecimal and decimal.</summary>
internal sealed record Lineage(IReadOnlyList<(ulong Seed, int Inputs)> Parts)
{
    // Longer ones cost more to repeat than they are likely to find.
    private const int MaximumParts = 6;

    /// <summary>A session of its own.</summary>
    public static Lineage Of(ulong seed, int inputs) => new([(seed, inputs)]);

    /// <summary>Goes on from this one with other numbers; a long one begins anew.</summary>
    public Lineage Extend(ulong seed, int inputs) => Parts.Count >= MaximumParts ? Of(seed, inputs) : new([.. Parts, (seed, inputs)]);

    /// <summary>Cut to so many inputs of its last part.</summary>
    public Lineage Cut(int inputs) => new([.. Parts.SkipLast(1), (Parts[^1].Seed, inputs)]);

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    public static bool TryParse(string text, out Lineage? lineage)
    {
        var parts = new List<(ulong, int)>();
        lineage = null;
        foreach (string part in text.Split(','))
        {
            string[] two = part.Split(':');
            if (two.Length != 2 || !ulong.TryParse(two[0], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong seed)
                || !int.TryParse(two[1], NumberStyles.None, CultureInfo.InvariantCulture, out int inputs))
                return false;
            parts.Add((seed, inputs));
        }

        lineage = new Lineage(parts);
        return true;
    }

    public override string ToString() => string.Join(',', Parts.Select(part => string.Create(CultureInfo.InvariantCulture, $"{part.Seed:x}:{part.Inputs}")));
}
