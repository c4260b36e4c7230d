namespace Bridge.Gateway.Configuration.Rules;

/// <summary>One of an enumeration's members, written in lower case, words joined by hyphens.</summary>
internal sealed class ChoiceRule<T> : ValueRule<T>
    where T : struct, Enum
{
    private readonly Dictionary<string, T> _choices =
        Enum.GetValues<T>().ToDictionary(ChoiceName.Of, StringComparer.OrdinalIgnoreCase);

    public override string Type => "choice";

    public override string Range => _choices.Count == 1
        ? _choices.Keys.Single()
        : string.Join(", ", _choices.Keys.SkipLast(1)) + " or " + _choices.Keys.Last();

    public override bool TryParse(string text, out T value, out string problem)
    {
        bool known = _choices.TryGetValue(text, out value);
        problem = known ? "" : "is not one of the choices";
        return known;
    }
}
