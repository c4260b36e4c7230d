using System.Text.RegularExpressions;

namespace Bridge.Architecture.Tests;

/// <summary>Rules of the house that a compiler does not know.</summary>
public sealed partial class CodeRulesTests
{
    private const int MaximumLines = 400;

    /// <summary>Durations are monotonic and the wall clock is asked through a TimeProvider, so that tests can turn it.</summary>
    private static readonly Exemption[] Clocks = [];

    /// <summary>Tests await conditions.</summary>
    private static readonly Exemption[] Sleeps = [];

    [Fact]
    public void Sources_OfEveryRoom_AreSeen()
    {
        string[] rooms = ["Client", "Gateway", "Link", "Linux", "Ports", "Relay", "Rpmsg", "Virtio"];
        Assert.All(rooms, room => Assert.Contains(SourceTree.Source, file => file.Path.StartsWith($"src/Bridge.{room}/", StringComparison.Ordinal)));
        Assert.Contains(SourceTree.Tests, file => file.Path.StartsWith("tests/Bridge.Architecture.Tests/", StringComparison.Ordinal));
    }

    [Fact]
    public void PlatformInvoke_OutsideLinux_IsAbsent() => Assert.Empty(SourceTree.Find(Except("Linux"), PlatformInvoke()));

    [Fact]
    public void PlatformInvoke_InLinux_IsSeenByThePattern() => Assert.NotEmpty(SourceTree.Find(SourceTree.Source, PlatformInvoke()));

    [Fact]
    public void Unsafe_OutsideLinuxAndVirtio_IsAbsent()
    {
        Assert.Empty(SourceTree.Find(Except("Linux", "Virtio"), Unsafe()));
        string[] islands = ["Bridge.Linux", "Bridge.Virtio"];
        Assert.All(
            Directory.EnumerateFiles(Path.Combine(SourceTree.Root, "src"), "*.csproj", SearchOption.AllDirectories).Where(file => File.ReadAllText(file).Contains("AllowUnsafeBlocks", StringComparison.Ordinal)),
            file => Assert.Contains(Path.GetFileNameWithoutExtension(file), islands));
    }

    [Fact]
    public void Unsafe_InLinuxAndVirtio_IsSeenByThePattern() => Assert.NotEmpty(SourceTree.Find(SourceTree.Source, Unsafe()));

    [Fact]
    public void Clocks_InTheProgram_AreTimeProviders() => AssertOnly(SourceTree.Find(SourceTree.Source, Clock()), Clocks);

    [Fact]
    public void Sleeps_InTests_AreAbsent() => AssertOnly(SourceTree.Find(SourceTree.Tests, Sleep()), Sleeps);

    [Fact]
    public void Sleeps_InTheProgram_AreTurnedByATimeProvider() => Assert.Empty(SourceTree.Find(SourceTree.Source, ThreadSleep()));

    [Fact]
    public void AsyncVoid_Anywhere_IsAbsent() => Assert.Empty(SourceTree.Find(SourceTree.Files, AsyncVoid()));

    [Fact]
    public void Waiting_InTheProgram_IsAsynchronous() => Assert.Empty(SourceTree.Find(SourceTree.Source, SynchronousWait()));

    [Fact]
    public void Catches_OfTheProgram_AreNotEmptyWithoutAReason() => Assert.DoesNotContain(SourceTree.Find(SourceTree.Source, EmptyCatch()), hit => !HasReason(hit));

    [Fact]
    public void Files_OfTheProgram_AreShort() =>
        Assert.DoesNotContain(SourceTree.Source, file => file.Code.AsSpan().Count('\n') > MaximumLines);

    [Fact]
    public void Types_Everywhere_HaveNamesThatSayWhatTheyAre() => Assert.Empty(SourceTree.Find(SourceTree.Files, EmptyWord()));

    [Theory]
    [InlineData("task.Wait();", true)]
    [InlineData("task.GetAwaiter().GetResult();", true)]
    [InlineData("int x = task.Result;", true)]
    [InlineData("await task.WaitAsync(limit);", false)]
    [InlineData("case { IsCompletedSuccessfully: true, Result: true }:", false)]
    [InlineData("x.ResultSet", false)]
    [InlineData("// task.Wait()", false)]
    [InlineData("string s = \"task.Wait()\";", false)]
    [InlineData("string s = $\"{task}.Wait()\"; /* .Result */", false)]
    public void SynchronousWait_Pattern_SeesCodeOnly(string code, bool seen) => Assert.Equal(seen, SynchronousWait().IsMatch(SourceTree.Strip(code)));

    [Theory]
    [InlineData("DateTime.UtcNow", true)]
    [InlineData("DateTimeOffset.Now", true)]
    [InlineData("Stopwatch.StartNew()", true)]
    [InlineData("Environment.TickCount64", true)]
    [InlineData("time.GetUtcNow()", false)]
    public void Clock_Pattern_SeesIt(string code, bool seen) => Assert.Equal(seen, Clock().IsMatch(code));

    [Theory]
    [InlineData("Thread.Sleep(1);", true)]
    [InlineData("await Task.Delay(Pause, stop);", true)]
    [InlineData("await Task.Delay(Pause, _time, stop);", false)]
    [InlineData("await Task.Delay(Timeout.Infinite, stop);", false)]
    public void ThreadSleep_Pattern_SeesWhatNoTimeProviderTurns(string code, bool seen) => Assert.Equal(seen, ThreadSleep().IsMatch(code));

    [Theory]
    [InlineData("catch { }", true)]
    [InlineData("catch (Exception e) when (Is(e)) {\n }", true)]
    [InlineData("catch (Exception e) when (e.Head is { } bad) { Count(); }", false)]
    [InlineData("catch { throw; }", false)]
    public void EmptyCatch_Pattern_SeesIt(string code, bool seen) => Assert.Equal(seen, EmptyCatch().IsMatch(code));

    [Theory]
    [InlineData("async void OnTimer()", true)]
    [InlineData("private static async\n    void Run()", true)]
    [InlineData("async Task Run()", false)]
    public void AsyncVoid_Pattern_SeesIt(string code, bool seen) => Assert.Equal(seen, AsyncVoid().IsMatch(code));

    [Theory]
    [InlineData("class LinkManager", true)]
    [InlineData("static class StringUtils", true)]
    [InlineData("record struct DeviceInfo(", true)]
    [InlineData("class Information", false)]
    [InlineData("record DeviceInfoPayload(", false)]
    public void EmptyWord_Pattern_SeesIt(string code, bool seen) => Assert.Equal(seen, EmptyWord().IsMatch(code));

    private static void AssertOnly(IEnumerable<string> hits, Exemption[] exemptions)
    {
        string[] all = [.. hits];
        Assert.Empty(Exemption.Except(all, exemptions));
        Assert.Empty(Exemption.Unused(all, exemptions));
    }

    private static IEnumerable<SourceFile> Except(params string[] rooms) =>
        SourceTree.Source.Where(file => !rooms.Any(room => file.Path.StartsWith($"src/Bridge.{room}/", StringComparison.Ordinal)));

    /// <summary>A catch may do nothing where a comment in it says why.</summary>
    private static bool HasReason(string hit)
    {
        string[] place = hit.Split(' ', 2)[0].Split(':');
        string[] lines = File.ReadAllLines(Path.Combine(SourceTree.Root, place[0]));
        int line = int.Parse(place[1], System.Globalization.CultureInfo.InvariantCulture) - 1;
        return lines.Skip(line).Take(4).Any(text => text.TrimStart().StartsWith("//", StringComparison.Ordinal));
    }

    [GeneratedRegex(@"\b(DllImport|LibraryImport)\b")]
    private static partial Regex PlatformInvoke();

    [GeneratedRegex(@"\bunsafe\b")]
    private static partial Regex Unsafe();

    [GeneratedRegex(@"\bDateTime(Offset)?\s*\.\s*(Utc)?(Now|Today)\b|\bStopwatch\b|\bTickCount(64)?\b")]
    private static partial Regex Clock();

    [GeneratedRegex(@"\bThread\s*\.\s*Sleep\b|\bTask\s*\.\s*Delay\b")]
    private static partial Regex Sleep();

    [GeneratedRegex(@"\bThread\s*\.\s*Sleep\b|\bTask\s*\.\s*Delay\s*\((?![^;]*\b(_?time|Timeout)\b)[^;]*;", RegexOptions.IgnoreCase)]
    private static partial Regex ThreadSleep();

    [GeneratedRegex(@"\basync\s+void\b")]
    private static partial Regex AsyncVoid();

    [GeneratedRegex(@"\.\s*Wait\s*\(\s*\)|\.\s*GetAwaiter\s*\(\s*\)\s*\.\s*GetResult\b|\.\s*Result\b")]
    private static partial Regex SynchronousWait();

    [GeneratedRegex(@"\bcatch\b\s*(\([^()]*\))?\s*(when\s*\((?:[^()]|\([^()]*\))*\)\s*)?\{\s*\}")]
    private static partial Regex EmptyCatch();

    [GeneratedRegex(@"\b(class|struct|record|interface|enum)\s+\w*(Manager|Helpers?|Utils?|Utility|Common|Info)\b")]
    private static partial Regex EmptyWord();
}
