namespace Bridge.Gateway.Configuration.Rules;

/// <summary>true or false, as JSON writes it.</summary>
internal sealed class YesNoRule : ValueRule<bool>
{
    public override string Type => "boolean";

    public override string Range => "true or false";

    public override bool TryParse(string text, out bool value, out string problem)
    {
        bool accepted = bool.TryParse(text, out value);
        problem = accepted ? "" : text.Length == 0 ? "is empty" : "is neither";
        return accepted;
    }
}
