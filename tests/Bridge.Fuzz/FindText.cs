using System.Runtime.CompilerServices;

namespace Bridge.Fuzz;

/// <summary>A sentence that is only put together when a property does not hold: checks run millions of times.</summary>
[InterpolatedStringHandler]
internal ref struct FindText(int literalLength, int formattedCount, bool holds, out bool wanted)
{
    private DefaultInterpolatedStringHandler _text = (wanted = !holds) ? new(literalLength, formattedCount) : default;

    public void AppendLiteral(string text) => _text.AppendLiteral(text);

    public void AppendFormatted<T>(T value) => _text.AppendFormatted(value);

    public void AppendFormatted<T>(T value, string format) => _text.AppendFormatted(value, format);

    public override string ToString() => _text.ToStringAndClear();
}
