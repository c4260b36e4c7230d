using static System.FormattableString;

namespace Bridge.Gateway.Bench;

/// <summary>One load simulation of a scenario: copies or a rate, constant or ramping evenly, for a time.</summary>
/// <param name="Kind">What <paramref name="From"/> and <paramref name="To"/> count.</param>
/// <param name="From">Copies, or messages per second, at the beginning.</param>
/// <param name="To">The same at the end.</param>
/// <param name="Duration">How long; null: until the scenario's count of messages is reached.</param>
internal sealed record LoadPhase(LoadKind Kind, double From, double To, TimeSpan? Duration)
{
    /// <summary>Messages that are due in the whole phase; null when nobody can tell.</summary>
    public long? Total => Kind == LoadKind.Inject && Duration is { } duration ? (long)Math.Round((From + To) / 2 * duration.TotalSeconds) : null;

    /// <summary>When the message of that number, from 0, is due after the beginning of the phase. Only for <see cref="LoadKind.Inject"/>.</summary>
    public TimeSpan DueOf(long index)
    {
        // Messages due until t: From t + (To - From) t^2 / 2 T. Solved for t in the form that does not cancel when the ramp is flat.
        double slope = Duration is { } duration ? (To - From) / duration.TotalSeconds : 0;
        double root = Math.Sqrt(Math.Max(0, From * From + 2 * slope * index));
        double seconds = index == 0 ? 0 : 2 * index / (From + root);
        return TimeSpan.FromSeconds(seconds);
    }

    /// <summary>Copies at a time after the beginning of the phase. Only for <see cref="LoadKind.Keep"/>.</summary>
    public int CopiesAt(TimeSpan elapsed) => (int)Math.Round(Duration is { } duration ? From + (To - From) * Math.Min(1, elapsed / duration) : From);

    /// <summary>As <see cref="LoadText.TryParse"/> reads it.</summary>
    public override string ToString()
    {
        string amount = Kind == LoadKind.Pause ? "" : From == To ? Invariant($" {From:0.###}") : Invariant($" {From:0.###}..{To:0.###}");
        string time = Duration is { } duration ? Invariant($" for {duration.TotalSeconds:0.###}s") : "";
        return $"{Kind.ToString().ToLowerInvariant()}{amount}{time}";
    }
}
