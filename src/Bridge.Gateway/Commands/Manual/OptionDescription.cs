namespace Bridge.Gateway.Commands.Manual;

/// <summary>An option of a command.</summary>
/// <param name="Names">With their dashes, the long one first.</param>
/// <param name="Meaning">Sentences.</param>
/// <param name="Value">What stands behind it, in capitals; null: nothing.</param>
/// <param name="IsValueRequired">False: the value may be left out.</param>
/// <param name="IsRequired">The option cannot be left out.</param>
/// <param name="Standard">The value without the option; null: there is none, or the meaning tells.</param>
/// <param name="Kind">What the value is.</param>
/// <param name="Choices">With <see cref="WordKind.Choice"/>: the words.</param>
internal sealed record OptionDescription(
    IReadOnlyList<string> Names, string Meaning, string? Value, bool IsValueRequired, bool IsRequired, string? Standard, WordKind Kind, IReadOnlyList<string> Choices)
{
    /// <summary>What completions show: the first sentence.</summary>
    public string Short => Meaning.Split(". ")[0].TrimEnd('.');
}
