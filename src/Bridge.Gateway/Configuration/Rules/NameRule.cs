namespace Bridge.Gateway.Configuration.Rules;

/// <summary>
/// The name of a gateway, peer or device. It is sent in frames and is a directory in the run directory, hence the plain alphabet and the refusal of "." and "..".
/// </summary>
internal sealed class NameRule : ValueRule<string>
{
    /// <summary>The longest name in bytes (the link's lane registration has the same limit).</summary>
    public const int MaximumLength = 63;

    public override string Type => "name";

    public override string Range => "1..63 characters of A-Z a-z 0-9 _ . -, starting with a letter or digit";

    public override bool TryParse(string text, out string value, out string problem)
    {
        value = text;
        problem = text.Length switch
        {
            0 => "is empty",
            > MaximumLength => "is too long",
            _ when !char.IsAsciiLetterOrDigit(text[0]) => "does not start with a letter or digit",
            _ when !text.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-') => "has a character that names may not have",
            _ => "",
        };
        return problem.Length == 0;
    }
}
