using System.CommandLine;
using System.Text.Json;
using Bridge.Gateway.Applications;
using Bridge.Gateway.Bench;
using Bridge.Gateway.Configuration;

namespace Bridge.Gateway.Commands;

/// <summary><c>bench</c>: puts a load on channels and reports latencies and throughput.</summary>
internal sealed class BenchCommand : DetailedCommand
{
    private const string Examples = """
        Somebody on the other side must echo, for example
          rpmsg-bridge echo rpmsg0 echo

        100 messages of 100 bytes, one at a time, as `rpmsg_char_benchmark` does without options:
          rpmsg-bridge bench rpmsg0 echo
        -r, -n and -m mean what they mean there: which processor (here: device rpmsgN), how many messages, how many bytes.
          rpmsg-bridge bench -r 0 -n 100000 -m 1

        Loads (--load), played one after the other:
          keep 8 for 30s           eight copies; each sends again when its echo has come (closed)
          keep 1..64 for 1m        the number of copies grows evenly
          inject 2000 for 30s      so many messages a second, whatever comes back (open)
          inject 0..5000 for 1m    the rate grows evenly; ramp is another word for inject
          pause for 5s             nothing
        A latency counts from when the message should have been sent: what a stall holds up, it makes late. Below 2 ms
        between two messages the sender does not sleep and occupies a processor. What the channels do not take before
        the end of a phase is `unsent`.

        Thresholds (--threshold) fail the run: min, mean, p50, p75, p90, p95, p99, p99.9, p99.99 and max with a time,
        rate, sent, received, lost, late, corrupted, foreign and unsent with a number. Without any: received>0, lost=0,
        corrupted=0, foreign=0.
          rpmsg-bridge bench rpmsg0 echo other --warm-up 5 --load "keep 8 for 30s" --load "inject 5000 for 1m" \
            --threshold "p99<2ms" --threshold "rate>=4900" --threshold lost=0 --html report.html

        The same as a file (--scenario FILE):
          { "name": "soak", "device": "rpmsg0", "channels": ["echo", "other"], "length": 496, "warmUpSeconds": 5,
            "load": ["keep 8 for 30s", "inject 5000 for 1m"], "thresholds": ["p99<2ms", "lost=0"], "verify": true }

        Exit code 0: all thresholds are met. 1: one is missed, or the channel ended.
        """;

    private readonly BenchOptions _options = new();
    private readonly Option<int> _wait = CommandOptions.WaitOption();
    private readonly Option<bool> _json = CommandOptions.Json();
    private readonly Option<string?> _jsonFile = new("--json-file") { Description = "Write the JSON report to a file.", HelpName = "FILE" };
    private readonly Option<string?> _html = new("--html") { Description = "Write a page with charts to a file; it needs nothing else.", HelpName = "FILE" };
    private readonly Option<string?> _runDirectory = CommandOptions.RunDirectory();
    private readonly Option<string?> _configuration = CommandOptions.Configuration();

    public BenchCommand()
        : base("bench", "Puts a load on channels of a running gateway: latencies, throughput, thresholds, reports.", Examples)
    {
        _options.AddTo(this);
        foreach (Option option in new Option[] { _wait, _json, _jsonFile, _html, _runDirectory, _configuration })
            Add(option);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        BenchScenario scenario = await _options.ReadAsync(parsed, cancellation);
        GatewayPlaces places = CommandOptions.FindPlaces(parsed.GetValue(_runDirectory), parsed.GetValue(_configuration));
        scenario = scenario with { Channels = await BenchConnector.FindChannelsAsync(places, scenario, parsed.Patience(_wait), TimeProvider.System, cancellation) };
        if (await MessageLimit.FindAsync(places, scenario.Device, cancellation) is { } maximum && scenario.Length > maximum)
            throw MessageLimit.Exceeded($"-m {scenario.Length}", "-m", scenario.Length, scenario.Device, maximum);
        TextWriter output = parsed.InvocationConfiguration.Output;
        bool json = parsed.GetValue(_json);
        List<BenchChannel> channels = await BenchConnector.ConnectAsync(places, scenario, parsed.Patience(_wait), parsed.InvocationConfiguration.Error, cancellation);
        try
        {
            BenchRun run = new(channels, scenario, TimeProvider.System);
            Action<BenchInterval>? progress = json ? null : interval => output.WriteLine(BenchText.Line(interval));
            string? ended = await PlayAsync(run, progress, cancellation);
            BenchReport report = BenchReport.Of(scenario, run, ended, TimeProvider.System.GetUtcNow());
            await WriteAsync(report, json, output, parsed.GetValue(_jsonFile), parsed.GetValue(_html));
            return (int)(report.Passed ? ExitCode.Ok : ExitCode.Failure);
        }
        finally
        {
            channels.ForEach(static channel => channel.Dispose());
        }
    }

    /// <summary>Plays on a thread of its own, which sleeps in epoll. Why it ended before its time; null: it did not.</summary>
    private static Task<string?> PlayAsync(BenchRun run, Action<BenchInterval>? progress, CancellationToken cancellation) => Task.Factory.StartNew(
        () =>
        {
            try
            {
                run.Play(progress, cancellation);
                return null;
            }
            catch (BenchEndException ended)
            {
                return ended.Message;
            }
        },
        CancellationToken.None,
        TaskCreationOptions.LongRunning,
        TaskScheduler.Default);

    private static async Task WriteAsync(BenchReport report, bool json, TextWriter output, string? jsonFile, string? htmlFile)
    {
        string text = JsonSerializer.Serialize(report, BenchJson.Default.BenchReport);
        await output.WriteLineAsync(json ? text : BenchText.Summary(report).TrimEnd());
        foreach ((string option, string? file, string content) in new[] { ("--json-file", jsonFile, text + "\n"), ("--html", htmlFile, htmlFile is null ? "" : BenchHtml.Render(report)) })
        {
            try
            {
                if (file is not null)
                    await File.WriteAllTextAsync(file, content, CancellationToken.None);
            }
            catch (Exception unwritable) when (unwritable is IOException or UnauthorizedAccessException)
            {
                throw new CommandFailedException(ExitCode.Failure, $"{option} {file}: {unwritable.Message}");
            }
        }
    }
}
