namespace Bridge.Gateway.Configuration.Rules;

/// <summary>Names of rpmsg services, several at once by <c>*</c> and <c>?</c>.</summary>
internal sealed class ServicePatternRule : ValueRule<string>
{
    public override string Type => "name pattern";

    public override string Range => "1..31 printable ASCII characters; * stands for any, ? for one";

    public override bool TryParse(string text, out string value, out string problem)
    {
        value = text;
        problem = text switch
        {
            "" => "is empty",
            _ when text.Length > ServiceNameRule.MaximumLength => "is too long",
            _ when text.Any(c => c is < ' ' or > '~') => "has a character outside printable ASCII",
            _ => "",
        };
        return problem.Length == 0;
    }
}
