namespace Bridge.EndToEnd.Tests.Restart;

/// <summary>README's table is what the tests beside this one assert.</summary>
public sealed class RestartTableTests
{
    private const string Begin = "<!-- restarts: begin -->\n", End = "<!-- restarts: end -->";

    [Fact]
    public async Task Table_InTheReadme_IsWhatIsTested()
    {
        string readme = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "README.md"));
        int begin = readme.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length, end = readme.IndexOf(End, StringComparison.Ordinal);
        Assert.True(begin >= Begin.Length && end > begin, "README.md has no table of restarts between its markers.");

        string[] rows = [.. readme[begin..end].Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(2)];

        Assert.Equal(RestartCase.All.Select(one => one.ToString()), rows);
    }
}
