namespace Bridge.Gateway.Configuration;

/// <summary>An object in the file, or a list of objects. If its path ends with a placeholder, the name rule says what the user may write there; members of a list have numbers for names.</summary>
internal sealed record SectionKey(string Path, string Meaning, ValueRule? NameRule = null, bool IsList = false)
    : ConfigurationKey(Path, "", "", Meaning)
{
    public override string Type => IsList ? "list of objects" : "object";

    public override string Range => NameRule is null ? "" : "its name: " + NameRule.Range;
}
