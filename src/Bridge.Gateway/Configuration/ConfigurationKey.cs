namespace Bridge.Gateway.Configuration;

/// <summary>
/// One row of the configuration reference. Its path is colon-separated, with <c>&lt;peer&gt;</c>, <c>&lt;device&gt;</c> and <c>&lt;service&gt;</c> for names that the user chooses, and <c>&lt;number&gt;</c> for places in a list.
/// </summary>
/// <param name="Path">Where the value stands in the file.</param>
/// <param name="Default">The value when it is absent, as the reference shows it; empty = none.</param>
/// <param name="Unit">What a number counts; empty = nothing.</param>
/// <param name="Meaning">What it does, one sentence.</param>
internal abstract record ConfigurationKey(string Path, string Default, string Unit, string Meaning)
{
    /// <summary>The kind of value: "whole number", "list of host:port", "object".</summary>
    public abstract string Type { get; }

    /// <summary>What is accepted, in words that fit after "use".</summary>
    public abstract string Range { get; }

    /// <summary>The path with the user's names in it, in the order of the placeholders.</summary>
    public string At(params ReadOnlySpan<string> names)
    {
        string path = Path;
        foreach (string name in names)
        {
            int open = path.IndexOf('<', StringComparison.Ordinal);
            path = string.Concat(path.AsSpan(0, open), name, path.AsSpan(path.IndexOf('>', open) + 1));
        }

        return path;
    }
}
