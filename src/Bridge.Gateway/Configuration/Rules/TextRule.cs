namespace Bridge.Gateway.Configuration.Rules;

/// <summary>Any text that is not empty and has no control character: a path, a group, a certificate's name.</summary>
internal sealed class TextRule(string type, string range) : ValueRule<string>
{
    public override string Type => type;

    public override string Range => range;

    public override bool TryParse(string text, out string value, out string problem)
    {
        value = text;
        problem = text.Length == 0 ? "is empty" : text.Any(char.IsControl) ? "has a control character" : "";
        return problem.Length == 0;
    }
}
