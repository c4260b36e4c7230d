using Bridge.Ports.Sockets;

namespace Bridge.Ports.Tests.Sockets;

public sealed class EntryPathTests
{
    [Theory]
    [InlineData("channels/echo")]
    [InlineData("endpoints/a.b.0")]
    [InlineData("endpoints/echo.4294967295")]
    [InlineData("services/%2Ehidden")]
    public void TryParse_OwnSpelling_ComesBack(string text)
    {
        Assert.True(EntryPath.TryParse(text, out EntryPath path, out string? fault), fault);
        Assert.Equal(text, path.ToString());
    }

    [Fact]
    public void TryParse_LongestFiles_AreTaken()
    {
        string name = SocketName.Encode(new string('x', 31))!;
        Assert.Equal(SocketName.MaximumLength, name.Length);

        Assert.True(EntryPath.TryParse($"endpoints/{name}.4294967295", out EntryPath path, out _));
        Assert.Equal(EntryPath.MaximumFileLength, path.File.Length);
    }

    [Fact]
    public void TryParse_FileOfAnyByte_IsTaken()
    {
        for (char c = '\u0001'; c <= '\u00FF'; c++)
        {
            Assert.True(EntryPath.TryParse($"services/{SocketName.Encode($"a{c}")}", out _, out string? fault), $"U+{(int)c:X4}: {fault}");
        }
    }

    [Fact]
    public void Compare_Paths_OrdersByDirectoryThenBytes()
    {
        string[] ordered = ["channels/B", "channels/a", "channels/a.b", "endpoints/A.1", "services/%41", "services/A"];
        EntryPath[] paths = [.. ordered.Select(Parse)];

        Assert.Equal(ordered, paths.Reverse().Order(Comparer<EntryPath>.Create(EntryPath.Compare)).Select(path => path.ToString()));
    }

    private static EntryPath Parse(string text) => EntryPath.TryParse(text, out EntryPath path, out string? fault) ? path : throw new ArgumentException(fault);
}
