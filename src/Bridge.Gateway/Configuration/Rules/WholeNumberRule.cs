using System.Globalization;

namespace Bridge.Gateway.Configuration.Rules;

/// <summary>A decimal number between two bounds, both included.</summary>
internal sealed class WholeNumberRule(int minimum, int maximum) : ValueRule<int>
{
    public override string Type => "whole number";

    public override string Range { get; } = string.Create(CultureInfo.InvariantCulture, $"{minimum}..{maximum}");

    public override bool TryParse(string text, out int value, out string problem)
    {
        // Parsed wide first, so that 99999999999 is called out of range rather than no number.
        bool isNumber = decimal.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out decimal wide);
        bool fits = isNumber && wide >= minimum && wide <= maximum;
        value = fits ? (int)wide : default;
        problem = fits ? "" : isNumber ? "is out of range" : "is not a whole number";
        return fits;
    }
}
