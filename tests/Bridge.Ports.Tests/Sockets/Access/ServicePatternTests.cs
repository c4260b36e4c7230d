using System.Text.RegularExpressions;
using Bridge.Ports.Sockets.Access;

namespace Bridge.Ports.Tests.Sockets.Access;

public sealed class ServicePatternTests
{
    [Theory]
    [InlineData("*", "", true)]
    [InlineData("*", "echo", true)]
    [InlineData("echo", "echo", true)]
    [InlineData("echo", "Echo", false)]
    [InlineData("echo", "echo2", false)]
    [InlineData("echo*", "echo2", true)]
    [InlineData("*-debug", "a-debug-debug", true)]
    [InlineData("a*b*c", "axxbyyc", true)]
    [InlineData("a*b*c", "axxbyy", false)]
    [InlineData("a?c", "abc", true)]
    [InlineData("a?c", "ac", false)]
    [InlineData("a.c", "abc", false)]
    public void Matches_Cases_AsShellsDo(string pattern, string name, bool fits) => Assert.Equal(fits, ServicePattern.Matches(pattern, name));

    [Fact]
    public void Matches_RandomPatterns_AsTheRegularExpressionDoes()
    {
        int seed = Environment.TickCount;
        Random random = new(seed);
        for (int i = 0; i < 20_000; i++)
        {
            string pattern = Word(random, "ab*?"), name = Word(random, "ab");
            bool expected = Regex.IsMatch(name, "^" + pattern.Replace("*", ".*", StringComparison.Ordinal).Replace('?', '.') + "$");
            Assert.True(expected == ServicePattern.Matches(pattern, name), $"seed {seed}: {pattern} and {name}");
        }
    }

    private static string Word(Random random, string letters) => new([.. Enumerable.Range(0, random.Next(9)).Select(_ => letters[random.Next(letters.Length)])]);
}
