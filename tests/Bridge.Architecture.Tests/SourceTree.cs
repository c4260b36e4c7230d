using System.Text.RegularExpressions;

namespace Bridge.Architecture.Tests;

/// <summary>The sources that these tests were built from. What is examined is code, without comments and strings.</summary>
internal static partial class SourceTree
{
    private static readonly Lazy<IReadOnlyList<SourceFile>> AllFiles = new(ReadAll);

    /// <summary>The repository's root, found by walking up to the solution.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Every C# file of the program and of the tests.</summary>
    public static IReadOnlyList<SourceFile> Files => AllFiles.Value;

    /// <summary>The program's files.</summary>
    public static IEnumerable<SourceFile> Source => Files.Where(file => file.Path.StartsWith("src/", StringComparison.Ordinal));

    /// <summary>The tests' files.</summary>
    public static IEnumerable<SourceFile> Tests => Files.Where(file => file.Path.StartsWith("tests/", StringComparison.Ordinal));

    /// <summary>"path:line match" of every match.</summary>
    public static IEnumerable<string> Find(IEnumerable<SourceFile> files, Regex pattern) =>
        from file in files
        from match in pattern.Matches(file.Code)
        select $"{file.Path}:{file.Code.AsSpan(0, match.Index).Count('\n') + 1} {match.Value}";

    /// <summary>Code without comments and the insides of strings; lines stay where they are. What is interpolated into a string goes with it.</summary>
    public static string Strip(string text) => CommentOrString().Replace(text, static match => Blank(match.Value));

    private static string Blank(string token)
    {
        string lines = new('\n', token.Count(static c => c == '\n'));
        return token[0] == '/' ? lines : $"\"{lines}\"";
    }

    private static IReadOnlyList<SourceFile> ReadAll() =>
        [.. from folder in new[] { "src", "tests" }
            from file in Directory.EnumerateFiles(System.IO.Path.Combine(Root, folder), "*.cs", SearchOption.AllDirectories)
            let path = System.IO.Path.GetRelativePath(Root, file).Replace('\\', '/')
            where !path.Split('/').Any(part => part is "bin" or "obj")
            orderby path
            select new SourceFile(path, Strip(File.ReadAllText(file)))];

    private static string FindRoot()
    {
        string? root = AppContext.BaseDirectory;
        while (root is not null && !File.Exists(System.IO.Path.Combine(root, "Bridge.sln")))
            root = System.IO.Path.GetDirectoryName(root);
        return root ?? throw new DirectoryNotFoundException($"No Bridge.sln above {AppContext.BaseDirectory}.");
    }

    [GeneratedRegex(""""//[^\n]*|/\*.*?\*/|(\${0,3})("{3,}).*?\2|\$?@\$?"(?:""|[^"])*"|\$?"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])'"""", RegexOptions.Singleline)]
    private static partial Regex CommentOrString();
}
