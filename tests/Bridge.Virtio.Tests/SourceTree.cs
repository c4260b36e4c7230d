using System.Text.RegularExpressions;

namespace Bridge.Virtio.Tests;

/// <summary>The sources that this assembly was built from, found by walking up to the solution; what is examined is code, without comments and strings.</summary>
internal static partial class SourceTree
{
    /// <summary>
    /// Every C# file below src, stripped, with its path relative to src and '/' as separator.
    /// </summary>
    public static IReadOnlyList<(string Path, string Code)> Read()
    {
        string source = FindSource();
        return [.. Directory.EnumerateFiles(source, "*.cs", SearchOption.AllDirectories)
            .Select(file => (Path: Path.GetRelativePath(source, file).Replace('\\', '/'), File: file))
            .Where(entry => !entry.Path.Split('/').Any(part => part is "bin" or "obj"))
            .Order()
            .Select(entry => (entry.Path, Strip(File.ReadAllText(entry.File))))];
    }

    /// <summary>One file with its comments.</summary>
    public static string ReadRaw(string path) => File.ReadAllText(Path.Combine(FindSource(), path));

    /// <summary>Code without comments and the insides of plain strings; lines stay where they are.</summary>
    public static string Strip(string text) => CommentOrString().Replace(
        text, static match => match.Value[0] == '/' ? new string('\n', match.Value.Count(static c => c == '\n')) : "\"\"");

    /// <summary>"path:line" of every match.</summary>
    public static IEnumerable<string> Find(IEnumerable<(string Path, string Code)> files, Regex pattern) =>
        from file in files
        from match in pattern.Matches(file.Code)
        select $"{file.Path}:{file.Code.AsSpan(0, match.Index).Count('\n') + 1} {match.Value}";

    /// <summary>Throws when the tree cannot be found: a check that has seen nothing has not passed.</summary>
    private static string FindSource()
    {
        string? root = AppContext.BaseDirectory;
        while (root is not null && !File.Exists(Path.Combine(root, "Bridge.sln")))
            root = Path.GetDirectoryName(root);
        return root is not null
            ? Path.Combine(root, "src")
            : throw new DirectoryNotFoundException($"No Bridge.sln above {AppContext.BaseDirectory}.");
    }

    [GeneratedRegex("""//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])'""", RegexOptions.Singleline)]
    private static partial Regex CommentOrString();
}
