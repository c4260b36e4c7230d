using System.Text;
using Bridge.Ports.Sockets;

namespace Bridge.Ports.Tests.Sockets;

public sealed class SocketNameTests
{
    [Theory]
    [InlineData("rpmsg-client-sample", "rpmsg-client-sample")]
    [InlineData("a.b_C-9", "a.b_C-9")]
    [InlineData("a..b", "a..b")]
    [InlineData(".a", "%2Ea")]
    [InlineData("a.", "a%2E")]
    [InlineData("...", "%2E.%2E")]
    [InlineData("a/b", "a%2Fb")]
    [InlineData("../../x", "%2E.%2F..%2Fx")]
    [InlineData("%", "%25")]
    [InlineData("~", "%7E")]
    [InlineData(" ", "%20")]
    [InlineData("\u00e4", "%E4")]
    [InlineData("\u4e2d", "%E4%B8%AD")]
    public void Encode_Name_KeepsHarmlessBytesOnly(string name, string file) => Assert.Equal(file, SocketName.Encode(name));

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    public void Encode_NamesOfDirectories_AreRefused(string name) => Assert.Null(SocketName.Encode(name));

    [Fact]
    public void Encode_LongestPlainName_StaysAsItIs()
    {
        string name = new('n', 31);

        Assert.Equal(name, SocketName.Encode(name));
    }

    [Fact]
    public void Encode_31PercentSigns_IsCutBetweenEscapesAndNamedByHash()
    {
        string file = SocketName.Encode(new string('%', 31))!;

        // SHA-256 of 31 times 0x25.
        string hash = Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(Encoding.ASCII.GetBytes(new string('%', 31))))[..8];
        Assert.Equal($"%25%25%25%25%25%25%25~{hash}", file);
    }

    [Fact]
    public void Encode_RandomNames_AreShortHarmlessAndDifferent()
    {
        int seed = Environment.TickCount;
        Random random = new(seed);
        Dictionary<string, string> files = [];
        for (int i = 0; i < 20_000; i++)
        {
            string name = Encoding.Latin1.GetString([.. Enumerable.Range(0, random.Next(1, 32)).Select(_ => (byte)random.Next(1, 256))]);
            if (SocketName.Encode(name) is not { } file)
            {
                Assert.True(name is "." or "..", $"seed {seed}");
                continue;
            }

            Assert.True(file.Length is > 0 and <= SocketName.MaximumLength, $"seed {seed}: {file}");
            Assert.True(file.All(c => char.IsAsciiLetterOrDigit(c) || "_-.%~".Contains(c, StringComparison.Ordinal)), $"seed {seed}: {file}");
            Assert.True(file is not ("." or "..") && !file.StartsWith('.'), $"seed {seed}: {file}");
            Assert.True(files.TryAdd(file, name) || files[file] == name, $"seed {seed}: {file}");
        }
    }
}
