using System.Text.RegularExpressions;

namespace Bridge.EndToEnd.Tests.Walk;

/// <summary>One marked block of README.md: <c>&lt;!-- walk: WORDS --&gt;</c> and the fenced text below it.</summary>
/// <param name="Where"><c>a</c>, <c>b</c> or <c>both</c>.</param>
/// <param name="InTerminal">It runs until ctrl-c, in a terminal of its own.</param>
/// <param name="File">The text is this file of the user's home, and no commands; null otherwise.</param>
/// <param name="Text">What stands in the block.</param>
internal sealed partial record WalkStep(string Where, bool InTerminal, string? File, string Text)
{
    public bool IsOn(string machine) => Where == machine || Where == "both";

    /// <summary>All blocks, in order.</summary>
    public static IReadOnlyList<WalkStep> ReadAll(string readme)
    {
        MatchCollection blocks = Block().Matches(readme);
        // A marker that no block follows would be a step that is silently left out.
        Assert.Equal(Marker().Count(readme), blocks.Count);
        return [.. blocks.Select(block => Read(block.Groups["words"].Value.Split(' '), block.Groups["text"].Value))];
    }

    private static WalkStep Read(string[] words, string text) => words switch
    {
        ["both" or "a" or "b"] => new WalkStep(words[0], false, null, text),
        ["a" or "b", "terminal"] => new WalkStep(words[0], true, null, text),
        ["file", "a" or "b", var file] => new WalkStep(words[1], false, file, text),
        _ => throw new InvalidDataException($"README.md: the walk has no step '{string.Join(' ', words)}'."),
    };

    [GeneratedRegex(@"<!-- walk: (?<words>[^>]+?) -->\r?\n```\w+\r?\n(?<text>.*?)^```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Block();

    [GeneratedRegex("<!-- walk:")]
    private static partial Regex Marker();
}
