using System.Globalization;
using System.Text.RegularExpressions;

namespace Bridge.Gateway.Bench;

/// <summary>Reads load simulations as people write them: <c>keep 8 for 30s</c>, <c>inject 2000 for 1m</c>, <c>inject 0..5000 for 90s</c>, <c>keep 1..64 for 30s</c>, <c>pause for 5s</c>.</summary>
internal static partial class LoadText
{
    /// <summary>What is accepted, in a sentence's place.</summary>
    public const string Grammar = "keep COPIES [for TIME], inject RATE for TIME, or pause for TIME; A..B ramps; TIME is 500ms, 30s or 2m";

    /// <summary>The most copies: each is a message under way.</summary>
    public const int MaximumCopies = 65_536;

    /// <summary>The highest rate, messages per second: beyond any sender.</summary>
    public const int MaximumRate = 10_000_000;

    /// <summary>Reads one phase.</summary>
    /// <param name="text">As written.</param>
    /// <param name="phase">What it says.</param>
    /// <param name="problem">What is wrong with it.</param>
    public static bool TryParse(string text, out LoadPhase? phase, out string problem)
    {
        (phase, problem) = (null, $"'{text}' is no load; use {Grammar}");
        Match match = Phase().Match(text.Trim());
        if (!match.Success)
            return false;
        LoadKind kind = match.Groups["kind"].Value.ToLowerInvariant() switch { "keep" => LoadKind.Keep, "pause" => LoadKind.Pause, _ => LoadKind.Inject };
        TimeSpan? duration = match.Groups["time"].Success ? Time(match.Groups["time"].Value, match.Groups["unit"].Value) : null;
        bool hasAmount = match.Groups["from"].Success;
        if (hasAmount == (kind == LoadKind.Pause) || (duration is null && kind != LoadKind.Keep))
            return false;
        double from = hasAmount ? Number(match.Groups["from"].Value) : 0, to = match.Groups["to"].Success ? Number(match.Groups["to"].Value) : from;
        if (duration is { } time && (time <= TimeSpan.Zero || time > TimeSpan.FromDays(1)))
        {
            problem = $"'{text}' does not last between 1 ms and a day";
            return false;
        }

        double most = kind == LoadKind.Keep ? MaximumCopies : MaximumRate;
        if (hasAmount && (Math.Max(from, to) > most || Math.Max(from, to) <= 0 || (duration is null && from != to)))
        {
            problem = $"'{text}' is not between 0 and {most}, or ramps without an end";
            return false;
        }

        phase = new LoadPhase(kind, from, to, duration);
        return true;
    }

    /// <summary>Reads a time such as 250us, 1.5ms, 30s or 2m.</summary>
    public static TimeSpan Time(string number, string unit) => unit switch
    {
        "us" => TimeSpan.FromMicroseconds(Number(number)),
        "ms" => TimeSpan.FromMilliseconds(Number(number)),
        "m" => TimeSpan.FromMinutes(Number(number)),
        _ => TimeSpan.FromSeconds(Number(number)),
    };

    private static double Number(string text) => double.Parse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture);

    [GeneratedRegex(
        @"^(?<kind>keep|inject|ramp|pause)(\s+(?<from>\d{1,12}(\.\d{1,6})?)(\.\.(?<to>\d{1,12}(\.\d{1,6})?))?)?(\s+for\s+(?<time>\d{1,9}(\.\d{1,6})?)\s*(?<unit>ms|s|m))?$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Phase();
}
