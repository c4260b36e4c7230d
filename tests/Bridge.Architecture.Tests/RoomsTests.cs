using System.Xml.Linq;

namespace Bridge.Architecture.Tests;

/// <summary>Who may enter whom: the table in src/README.md, held against the project files.</summary>
public sealed class RoomsTests
{
    private const string Prefix = "Bridge.";

    private static readonly IReadOnlyDictionary<string, string[]> References = ReadProjects();

    [Fact]
    public void Table_Projects_AreThoseOfTheTree() => Assert.Equal(References.Keys.Order(), ReadTable().Keys.Order());

    [Fact]
    public void ProjectReferences_OfEachProject_AreWhatTheTableAllows()
    {
        foreach ((string project, string allowed) in ReadTable())
        {
            string[] expected = allowed switch
            {
                "-" => [],
                "all" => [.. References.Keys.Where(other => other != project)],
                _ => [.. allowed.Split(',').Select(name => Prefix + name.Trim())],
            };
            Assert.True(
                expected.Order().SequenceEqual(References[project].Order()),
                $"{project} refers to {Text(References[project])}; src/README.md allows {Text(expected)}.");
        }
    }

    [Theory]
    [InlineData("| `Bridge.Link` | frames, `Trust/` | - |", "Bridge.Link", "-")]
    [InlineData("| Bridge.Ports | sockets | Linux, Virtio |", "Bridge.Ports", "Linux, Virtio")]
    [InlineData("| project | holds | may use |", null, null)]
    [InlineData("|---|---|---|", null, null)]
    [InlineData("Text about `Bridge.Link`.", null, null)]
    public void Row_Text_IsRead(string line, string? project, string? allowed) =>
        Assert.Equal(project is null ? null : (project, allowed!), ReadRow(line));

    private static string Text(IEnumerable<string> names) => names.Order().ToArray() is { Length: > 0 } all ? string.Join(", ", all) : "nothing";

    private static Dictionary<string, string> ReadTable() =>
        File.ReadLines(Path.Combine(SourceTree.Root, "src", "README.md")).Select(ReadRow).OfType<(string Project, string Allowed)>().ToDictionary(row => row.Project, row => row.Allowed);

    private static (string Project, string Allowed)? ReadRow(string line)
    {
        string[] cells = [.. line.Split('|').Select(cell => cell.Trim().Trim('`'))];
        return cells.Length == 5 && cells[1].StartsWith(Prefix, StringComparison.Ordinal) ? (cells[1], cells[3]) : null;
    }

    private static Dictionary<string, string[]> ReadProjects() =>
        Directory.EnumerateFiles(Path.Combine(SourceTree.Root, "src"), "*.csproj", SearchOption.AllDirectories).ToDictionary(
            file => Path.GetFileNameWithoutExtension(file),
            file => XDocument.Load(file).Descendants("ProjectReference").Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value)).ToArray());
}
