using Bridge.Gateway.Tests.Commands;

namespace Bridge.Gateway.Tests;

/// <summary>README.md says what the program says.</summary>
public sealed class ReadmeTests
{
    private const string Begin = "<!-- reference: begin -->\n", End = "<!-- reference: end -->";

    [Fact]
    public async Task Reference_InTheReadme_IsWhatCheckPrints()
    {
        string readme = await File.ReadAllTextAsync(Path.Combine(Root(), "README.md"));
        int begin = readme.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length, end = readme.IndexOf(End, StringComparison.Ordinal);
        Assert.True(begin >= Begin.Length && end > begin, "README.md has no reference between its markers.");

        (int exit, string output, string errors) = await BridgeProcess.RunAsync(["check", "--reference"]);

        Assert.Equal((0, ""), (exit, errors));
        Assert.Equal(output, readme[begin..end]);
    }

    private static string Root()
    {
        string? root = AppContext.BaseDirectory;
        while (root is not null && !File.Exists(Path.Combine(root, "Bridge.sln")))
            root = Path.GetDirectoryName(root);
        return root ?? throw new DirectoryNotFoundException($"No Bridge.sln above {AppContext.BaseDirectory}.");
    }
}
