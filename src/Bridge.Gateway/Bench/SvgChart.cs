using System.Net;
using System.Text;
using static System.FormattableString;

namespace Bridge.Gateway.Bench;

/// <summary>One chart with lines, as SVG that stands in a page by itself: axes, grid, legend, a title for those who cannot see it.</summary>
/// <param name="title">Above it.</param>
/// <param name="x">The horizontal axis.</param>
/// <param name="y">The vertical axis.</param>
internal sealed class SvgChart(string title, SvgAxis x, SvgAxis y)
{
    private const int Width = 860, Height = 300, Left = 78, Right = 30, Top = 34, Bottom = 46;

    private readonly List<(string Name, string Style, IReadOnlyList<(double X, double Y)> Points)> _lines = [];
    private readonly List<(double X, string Text)> _marks = [];

    /// <summary>Adds a line. <paramref name="style"/> is its class in the page's style sheet.</summary>
    public SvgChart Line(string name, string style, IEnumerable<(double X, double Y)> points)
    {
        _lines.Add((name, style, [.. points]));
        return this;
    }

    /// <summary>Adds a vertical line with a text, for a phase's beginning.</summary>
    public SvgChart Mark(double at, string text)
    {
        _marks.Add((at, text));
        return this;
    }

    /// <summary>The chart as an <c>svg</c> element.</summary>
    public string Render()
    {
        StringBuilder svg = new();
        svg.AppendLine(Invariant($"<svg viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"{Escape(title)}\">"));
        svg.AppendLine(Invariant($"<title>{Escape(title)}</title><text class=\"title\" x=\"{Left}\" y=\"18\">{Escape(title)}</text>"));
        Axes(svg);
        for (int i = 0; i < _marks.Count; i++)
        {
            (double at, string text) = _marks[i];
            // Short phases have neighbours: each text on a line of its own, four times over.
            svg.AppendLine(Invariant($"<line class=\"mark\" x1=\"{X(at):F1}\" x2=\"{X(at):F1}\" y1=\"{Top}\" y2=\"{Height - Bottom}\"/><text class=\"mark\" x=\"{X(at) + 4:F1}\" y=\"{Top + 11 + 12 * (i % 4)}\">{Escape(text)}</text>"));
        }

        int legend = Width - Right;
        foreach ((string name, string style, IReadOnlyList<(double X, double Y)> points) in _lines)
        {
            if (points.Count == 1)
                svg.AppendLine(Invariant($"<circle class=\"{style}\" cx=\"{X(points[0].X):F1}\" cy=\"{Y(points[0].Y):F1}\" r=\"3\"/>"));
            else
                svg.AppendLine($"<polyline class=\"{style}\" points=\"{string.Join(' ', points.Select(point => Invariant($"{X(point.X):F1},{Y(point.Y):F1}")))}\"/>");
            legend -= 16 + 8 * name.Length;
            svg.AppendLine(Invariant($"<line class=\"{style}\" x1=\"{legend}\" x2=\"{legend + 12}\" y1=\"14\" y2=\"14\"/><text x=\"{legend + 16}\" y=\"18\">{Escape(name)}</text>"));
            legend -= 8;
        }

        return svg.AppendLine("</svg>").ToString();
    }

    private void Axes(StringBuilder svg)
    {
        foreach ((double value, string text) in y.Ticks)
            svg.AppendLine(Invariant($"<line class=\"grid\" x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{Y(value):F1}\" y2=\"{Y(value):F1}\"/><text x=\"{Left - 6}\" y=\"{Y(value) + 4:F1}\" text-anchor=\"end\">{Escape(text)}</text>"));
        foreach ((double value, string text) in x.Ticks)
            svg.AppendLine(Invariant($"<line class=\"grid\" x1=\"{X(value):F1}\" x2=\"{X(value):F1}\" y1=\"{Top}\" y2=\"{Height - Bottom}\"/><text x=\"{X(value):F1}\" y=\"{Height - Bottom + 16}\" text-anchor=\"middle\">{Escape(text)}</text>"));
        svg.AppendLine(Invariant($"<text x=\"{(Left + Width - Right) / 2}\" y=\"{Height - 8}\" text-anchor=\"middle\">{Escape(x.Name)}</text>"));
        svg.AppendLine(Invariant($"<text transform=\"translate(14 {(Top + Height - Bottom) / 2}) rotate(-90)\" text-anchor=\"middle\">{Escape(y.Name)}</text>"));
    }

    private double X(double value) => Left + x.Position(value) * (Width - Left - Right);

    private double Y(double value) => Height - Bottom - y.Position(value) * (Height - Top - Bottom);

    private static string Escape(string text) => WebUtility.HtmlEncode(text);
}
