using System.Text.RegularExpressions;

namespace Bridge.EndToEnd.Tests.Examples;

/// <summary>A marked block of a README: <c>&lt;!-- example: NAME --&gt;</c> and the fenced text below it.</summary>
internal static partial class ReadmeExample
{
    /// <summary>The text of an example of a file of the repository.</summary>
    public static string Read(string file, string name)
    {
        string readme = File.ReadAllText(Path.Combine(Repository.Root, file));
        MatchCollection blocks = Block().Matches(readme);
        // A marker that no block follows would be an example that nobody tries.
        Assert.Equal(Marker().Count(readme), blocks.Count);
        return Assert.Single(blocks, block => block.Groups["name"].Value == name).Groups["text"].Value;
    }

    [GeneratedRegex(@"<!-- example: (?<name>[^>]+?) -->\r?\n```\w+\r?\n(?<text>.*?)^```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Block();

    [GeneratedRegex("<!-- example:")]
    private static partial Regex Marker();
}
