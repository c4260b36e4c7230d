namespace Bridge.Gateway.Configuration.Rules;

/// <summary>An rpmsg service name: it must fit name service's 32-byte field with its terminating NUL.</summary>
internal sealed class ServiceNameRule : ValueRule<string>
{
    /// <summary>RPMSG_NAME_SIZE less the NUL, in bytes.</summary>
    public const int MaximumLength = 31;

    public override string Type => "service name";

    public override string Range => "1..31 printable ASCII characters, not . or ..";

    public override bool TryParse(string text, out string value, out string problem)
    {
        value = text;
        problem = text switch
        {
            "" => "is empty",
            "." or ".." => "names a directory",
            _ when text.Length > MaximumLength => "is too long",
            _ when text.Any(c => c is < ' ' or > '~') => "has a character outside printable ASCII",
            _ => "",
        };
        return problem.Length == 0;
    }
}
