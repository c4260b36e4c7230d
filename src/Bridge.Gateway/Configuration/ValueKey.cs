namespace Bridge.Gateway.Configuration;

/// <summary>One value of type <typeparamref name="T"/>, each as its rule says; or a list of them (a JSON array, or one single value).</summary>
internal sealed record ValueKey<T>(string Path, ValueRule<T> Rule, string Default, string Meaning, string Unit = "", bool IsList = false)
    : ConfigurationKey(Path, Default, Unit, Meaning), IValueKey
{
    public override string Type => IsList ? "list of " + Rule.Type : Rule.Type;

    public override string Range => Rule.Range;

    /// <summary>The default as a value. Only for keys whose default is a literal, not a description in parentheses.</summary>
    public T DefaultValue => Rule.TryParse(Default, out T value, out string problem)
        ? value
        : throw new InvalidOperationException($"The default of {Path} {problem}.");
}

/// <summary>What the walk over a file needs to know of a value key, whatever its type.</summary>
internal interface IValueKey
{
    /// <summary>True: a JSON array, or one single value.</summary>
    bool IsList { get; }
}
