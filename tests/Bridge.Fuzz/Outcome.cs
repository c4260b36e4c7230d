namespace Bridge.Fuzz;

/// <summary>Numbers for kinds of outcomes; the same in every process.</summary>
internal static class Outcome
{
    /// <summary>Several small numbers as one.</summary>
    public static int Of(params ReadOnlySpan<int> parts)
    {
        uint hash = 2166136261;
        foreach (int part in parts)
            hash = (hash ^ (uint)part) * 16777619;
        return (int)hash;
    }

    /// <summary>A count by its magnitude: 5 and 7 are the same kind of thing, 5 and 500 are not.</summary>
    public static int Magnitude(long count) => count <= 0 ? 0 : 64 - System.Numerics.BitOperations.LeadingZeroCount((ulong)count);
}
