using System.Globalization;

namespace Bridge.Link.Tests;

/// <summary>PROTOCOL.md's tables and the code's enums are the same.</summary>
public sealed class ProtocolDocumentTests
{
    [Fact]
    public void FrameTypes_InProtocolDocument_EqualTheEnum() => Assert.Equal(Members<FrameType>(), Table("## Frame types"));

    [Fact]
    public void CloseReasons_InProtocolDocument_EqualTheEnum() => Assert.Equal(Members<CloseReason>(), Table("## Close reasons"));

    [Fact]
    public void Limits_InProtocolDocument_EqualTheConstants()
    {
        string text = Document();
        Assert.Contains($"{FrameHeader.Size}..{FrameHeader.MaximumFrame} bytes", text, StringComparison.Ordinal);
        Assert.Contains($"at least {Hello.PaddedLength} bytes", text, StringComparison.Ordinal);
        Assert.Contains($"at most {Hello.MaximumDevices}, names unique", text, StringComparison.Ordinal);
        Assert.Contains($"at most {CloseNotice.MaximumText}", text, StringComparison.Ordinal);
        Assert.Contains($"1..{LinkName.MaximumLength} bytes", text, StringComparison.Ordinal);
        Assert.Contains($"default port is {LinkAddress.DefaultPort}", text, StringComparison.Ordinal);
    }

    private static SortedDictionary<int, string> Members<T>()
        where T : struct, Enum =>
        new(Enum.GetValues<T>().ToDictionary(value => Convert.ToInt32(value, CultureInfo.InvariantCulture), value => value.ToString()));

    private static SortedDictionary<int, string> Table(string heading)
    {
        SortedDictionary<int, string> rows = [];
        foreach (string line in Document().Split('\n').SkipWhile(line => line != heading).Skip(1).TakeWhile(line => !line.StartsWith("## ", StringComparison.Ordinal)))
        {
            string[] cells = [.. line.Split('|').Select(cell => cell.Trim())];
            if (cells.Length > 3 && int.TryParse(cells[1], NumberStyles.None, CultureInfo.InvariantCulture, out int number))
                rows.Add(number, cells[2]);
        }

        return rows;
    }

    private static string Document()
    {
        DirectoryInfo? directory = new(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "PROTOCOL.md")))
            directory = directory.Parent;
        Assert.NotNull(directory);
        return File.ReadAllText(Path.Combine(directory.FullName, "PROTOCOL.md"));
    }
}
