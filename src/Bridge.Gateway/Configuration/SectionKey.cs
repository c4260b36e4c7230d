namespace Bridge.Gateway.Configuration;

/// <summary>An object in the file. If its path ends with a placeholder, the name rule says what the user may write there.</summary>
internal sealed record SectionKey(string Path, string Meaning, ValueRule? NameRule = null)
    : ConfigurationKey(Path, "", "", Meaning)
{
    public override string Type => "object";

    public override string Range => NameRule is null ? "" : "its name: " + NameRule.Range;
}
