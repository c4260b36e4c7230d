using System.CommandLine;
using System.Text.Json;
using System.Xml.Linq;
using Bridge.Gateway.Applications;
using Bridge.Gateway.Commands;
using Bridge.Gateway.Configuration;
using Bridge.Gateway.Tests.Applications;

namespace Bridge.Gateway.Tests.Bench;

/// <summary>bench through real SEQPACKET sockets to an echo, with a stand-in for the gateways between them.</summary>
public sealed class BenchCommandTests
{
    [Fact]
    public async Task Bench_AsRpmsgCharBenchmark_SendsHundredMessagesOfHundredBytes()
    {
        using TemporaryDirectory run = new();
        int longest = 0;
        await using FakeChannel channel = new(run.Path, "echo") { Forward = packet => Note(packet, ref longest) };
        await using Echo echo = new(run.Path);

        (int exit, string output, string errors) = await RunAsync("bench", "rpmsg0", "echo", "--run-directory", run.Path, "--timeout", "60000");

        Assert.Equal((0, ""), (exit, errors));
        Assert.Contains("100 sent, 100 echoed, 0 lost, 0 late, 0 foreign, 0 unsent in", output, StringComparison.Ordinal);
        Assert.Matches(@"(?m)^Average round-trip latency: [0-9.]+ us$", output);
        Assert.Matches(@"(?m)^Worst-case round-trip latency: [0-9.]+ us$", output);
        Assert.Equal(100, longest);
    }

    [Fact]
    public async Task Bench_ProcessorCountAndLength_AreDeviceMessagesAndBytes()
    {
        using TemporaryDirectory run = new();
        int longest = 0;
        await using FakeChannel channel = new(run.Path, "echo") { Forward = packet => Note(packet, ref longest) };
        await using Echo echo = new(run.Path);

        (int exit, string output, _) = await RunAsync("bench", "-r", "0", "-n", "30", "-m", "1", "--verify", "--json", "--run-directory", run.Path, "--timeout", "60000");

        JsonElement report = JsonDocument.Parse(output).RootElement;
        Assert.Equal((0, 1, "rpmsg0", 30, 30, 0), (exit, longest, report.GetProperty("device").GetString(), Count(report, "sent"), Count(report, "received"), Count(report, "corrupted")));
    }

    [Fact]
    public async Task Bench_TwoPhases_WritesJsonAndAPageThatStandsByItself()
    {
        using TemporaryDirectory run = new();
        await using FakeChannel channel = new(run.Path, "echo");
        await using Echo echo = new(run.Path);
        string html = Path.Combine(run.Path, "report.html"), json = Path.Combine(run.Path, "report.json");

        (int exit, string output, _) = await RunAsync(
            "bench", "rpmsg0", "echo", "--load", "keep 4 for 300ms", "--load", "inject 200..400 for 500ms", "--warm-up", "0.1", "--timeout", "60000", "--threshold", "lost=0", "--threshold", "p99<60s",
            "--html", html, "--json-file", json, "--run-directory", run.Path);

        Assert.Equal(0, exit);
        Assert.Contains("met    lost=0 (is 0)", output, StringComparison.Ordinal);
        JsonElement report = JsonDocument.Parse(await File.ReadAllTextAsync(json)).RootElement;
        Assert.True(report.GetProperty("passed").GetBoolean());
        Assert.Equal(Count(report, "sent"), Count(report, "received"));
        Assert.Equal(["keep 4 for 0.3s", "inject 200..400 for 0.5s"], report.GetProperty("load").EnumerateArray().Select(phase => phase.GetProperty("text").GetString()!));
        string page = await File.ReadAllTextAsync(html);
        Assert.DoesNotContain("http", page, StringComparison.Ordinal);
        XElement[] charts = [.. Elements(page, "svg").Select(XElement.Parse)];
        Assert.Equal(["Latency by percentile", "Latency over time", "Throughput over time"], charts.Select(chart => chart.Element("title")!.Value));
        Assert.All(charts, chart => Assert.DoesNotContain("NaN", chart.ToString(), StringComparison.Ordinal));
        string embedded = page[(page.IndexOf("id=\"report\">", StringComparison.Ordinal) + 12)..page.LastIndexOf("</script>", StringComparison.Ordinal)];
        Assert.Equal(Count(report, "sent"), Count(JsonDocument.Parse(embedded).RootElement, "sent"));
    }

    [Fact]
    public async Task Bench_OneEchoDropped_IsLostAndFailsTheRun()
    {
        using TemporaryDirectory run = new();
        int seen = 0;
        await using FakeChannel channel = new(run.Path, "echo") { Forward = packet => ++seen == 5 ? null : packet };
        await using Echo echo = new(run.Path);

        (int exit, string output, _) = await RunAsync("bench", "rpmsg0", "echo", "-n", "20", "--load", "keep 3", "--json", "--run-directory", run.Path, "--timeout", "60000");

        // The next echo shows that it will not come: nobody has to wait for its time.
        JsonElement report = JsonDocument.Parse(output).RootElement;
        Assert.Equal((1, 20, 19, 1), (exit, Count(report, "sent"), Count(report, "received"), Count(report, "lost")));
    }

    [Fact]
    public async Task Bench_ContentChangedOnTheWay_IsCorrupted()
    {
        using TemporaryDirectory run = new();
        int seen = 0;
        await using FakeChannel channel = new(run.Path, "echo") { Forward = packet => ++seen == 2 ? [.. packet[..^1], (byte)(packet[^1] ^ 1)] : packet };
        await using Echo echo = new(run.Path);

        (int exit, string output, _) = await RunAsync("bench", "rpmsg0", "echo", "-n", "4", "--verify", "--json", "--run-directory", run.Path, "--timeout", "60000");

        JsonElement report = JsonDocument.Parse(output).RootElement;
        Assert.Equal((1, 3, 1), (exit, Count(report, "received"), Count(report, "corrupted")));
    }

    [Fact]
    public async Task Bench_ThresholdMissed_FailsTheRun()
    {
        using TemporaryDirectory run = new();
        await using FakeChannel channel = new(run.Path, "echo");
        await using Echo echo = new(run.Path);

        (int exit, string output, _) = await RunAsync("bench", "rpmsg0", "echo", "-n", "4", "--threshold", "sent>4", "--run-directory", run.Path, "--timeout", "60000");

        Assert.Equal(1, exit);
        Assert.Contains("MISSED sent>4 (is 4)", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bench_ScenarioFile_IsPlayedAndTheCommandLineComesFirst()
    {
        using TemporaryDirectory run = new();
        await using FakeChannel channel = new(run.Path, "echo");
        await using Echo echo = new(run.Path);
        string scenario = Path.Combine(run.Path, "soak.json");
        await File.WriteAllTextAsync(scenario, """
            {
              "name": "soak", "device": "rpmsg0", "channels": ["echo"], "length": 64, "count": 1000, // too many for a test
              "load": ["keep 2"], "timeoutMilliseconds": 60000, "thresholds": ["received=7"], "verify": true,
            }
            """);

        (int exit, string output, string errors) = await RunAsync("bench", "--scenario", scenario, "-n", "7", "--json", "--run-directory", run.Path);

        Assert.Equal((0, ""), (exit, errors));
        JsonElement report = JsonDocument.Parse(output).RootElement;
        Assert.Equal(("soak", 64, 7), (report.GetProperty("scenario").GetString(), Count(report, "length"), Count(report, "received")));
    }

    [Theory]
    [InlineData("name the device", "bench")]
    [InlineData("--load 'keep' is no load", "bench", "rpmsg0", "echo", "--load", "keep")]
    [InlineData("needs a number of messages", "bench", "rpmsg0", "echo", "--load", "keep 4")]
    [InlineData("only the last --load", "bench", "rpmsg0", "echo", "-n", "5", "--load", "keep 4", "--load", "pause for 1s")]
    [InlineData("--threshold 'p99' is no condition", "bench", "rpmsg0", "echo", "--threshold", "p99")]
    [InlineData("-m 0 is not 1..", "bench", "rpmsg0", "echo", "-m", "0")]
    [InlineData("--scenario /nonexistent/file", "bench", "--scenario", "/nonexistent/file")]
    public async Task Bench_WrongCommandLine_SaysWhatIsWrong(string what, params string[] arguments)
    {
        (int exit, string output, string errors) = await RunAsync(arguments);

        Assert.Equal((64, ""), (exit, output));
        Assert.Contains(what, errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bench_SeveralChannelsAndNoneNamed_ListsThem()
    {
        using TemporaryDirectory run = new();
        await using FakeChannel one = new(run.Path, "one"), two = new(run.Path, "two");

        (int exit, _, string errors) = await RunAsync("bench", "rpmsg0", "--run-directory", run.Path);

        Assert.Equal(64, exit);
        Assert.Contains("name one or more of one, two", errors, StringComparison.Ordinal);
    }

    private static byte[] Note(byte[] packet, ref int longest)
    {
        longest = Math.Max(longest, packet.Length);
        return packet;
    }

    private static int Count(JsonElement report, string name) => report.GetProperty(name).GetInt32();

    private static IEnumerable<string> Elements(string page, string name)
    {
        for (int at = 0; (at = page.IndexOf($"<{name} ", at, StringComparison.Ordinal)) >= 0;)
        {
            int end = page.IndexOf($"</{name}>", at, StringComparison.Ordinal) + name.Length + 3;
            yield return page[at..end];
            at = end;
        }
    }

    private static async Task<(int Exit, string Output, string Errors)> RunAsync(params string[] arguments)
    {
        StringWriter output = new() { NewLine = "\n" }, errors = new() { NewLine = "\n" };
        int exit = await ProgramCommand.InvokeAsync(arguments, new InvocationConfiguration { Output = output, Error = errors, EnableDefaultExceptionHandler = false }).Bounded();
        return (exit, output.ToString(), errors.ToString());
    }

    /// <summary>The application at the other end.</summary>
    private sealed class Echo : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly Task _running;

        public Echo(string run) =>
            _running = new EchoApplication(SocketTarget.Service(GatewayPlaces.Of(run), "rpmsg0", "echo"), TimeSpan.Zero, TextWriter.Null, TextWriter.Null, TimeProvider.System).RunAsync(_stop.Token);

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _running.Bounded();
            _stop.Dispose();
        }
    }
}
