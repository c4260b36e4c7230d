using System.CommandLine;
using System.Net.Sockets;
using System.Text.Json;
using Bridge.Gateway.Applications;
using Bridge.Gateway.Configuration;
using Bridge.Gateway.Reports;
using static System.FormattableString;

namespace Bridge.Gateway.Commands;

/// <summary><c>ping</c>: sends numbered messages to a channel and measures their echoes.</summary>
internal sealed class PingCommand : DetailedCommand
{
    private readonly Argument<string> _device = new("DEVICE") { Description = "The device, as the configuration names it." };
    private readonly Argument<string> _channel = new("CHANNEL") { Description = "A channel that the other side announced." };
    private readonly Option<int> _count = CommandOptions.Number("--count", "Messages to send; 0: until ctrl-c.", "N", 5, 0, int.MaxValue);
    private readonly Option<int> _length = CommandOptions.Number("--length", "Bytes of each message; buffers of 512 bytes take 496.", "BYTES", 64, PingMessage.MinimumLength, ApplicationSocket.MaximumMessage);
    private readonly Option<int> _period = CommandOptions.Number("--period", "Time from one message to the next, in milliseconds; 0: as fast as echoes come.", "MS", 1000, 0, 3_600_000);
    private readonly Option<int> _timeout = CommandOptions.Number("--timeout", "How long an echo is awaited, in milliseconds.", "MS", 1000, 1, 3_600_000);
    private readonly Option<bool> _verify = new("--verify") { Description = "Compare every byte that comes back." };
    private readonly Option<int> _wait = CommandOptions.WaitOption();
    private readonly Option<bool> _json = CommandOptions.Json();
    private readonly Option<string?> _runDirectory = CommandOptions.RunDirectory();
    private readonly Option<string?> _configuration = CommandOptions.Configuration();

    public PingCommand()
        : base(
            "ping",
            "Sends numbered messages to a channel and measures how long their echoes take.",
            """
            It connects to <run>/DEVICE/channels/CHANNEL; somebody on the other side must echo, for example
              rpmsg-bridge echo DEVICE CHANNEL
            Exit code 0 when every message came back (intact, with --verify), else 1.
            """)
    {
        foreach (Argument<string> argument in new[] { _device, _channel })
        {
            Add(argument);
        }

        foreach (Option option in new Option[] { _count, _length, _period, _timeout, _verify, _wait, _json, _runDirectory, _configuration })
        {
            Add(option);
        }

        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        string device = parsed.GetRequiredValue(_device);
        string channel = parsed.GetRequiredValue(_channel);
        bool json = parsed.GetValue(_json);
        PingOptions options = new(
            parsed.GetValue(_count),
            parsed.GetValue(_length),
            TimeSpan.FromMilliseconds(parsed.GetValue(_period)),
            TimeSpan.FromMilliseconds(parsed.GetValue(_timeout)),
            parsed.GetValue(_verify));
        GatewayPlaces places = CommandOptions.FindPlaces(parsed.GetValue(_runDirectory), parsed.GetValue(_configuration));
        SocketConnector connector = new(SocketTarget.Channel(places, device, channel), parsed.Patience(_wait), parsed.InvocationConfiguration.Error, TimeProvider.System);
        TextWriter output = parsed.InvocationConfiguration.Output;
        using Socket socket = await connector.ConnectAsync(cancellation);
        if (await MessageLimit.FindAsync(places, device, cancellation) is { } maximum && options.Length > maximum)
            throw MessageLimit.Exceeded($"--length {options.Length}", "--length", options.Length, device, maximum);
        PingApplication ping = new(socket, options, TimeProvider.System);
        string name = $"{device}/{channel}";
        if (!json)
        {
            await output.WriteLineAsync($"ping {name}: messages of {options.Length} bytes");
        }

        string? end = await ping.RunAsync(result => json ? Task.CompletedTask : output.WriteLineAsync(Describe(result, name, options)), cancellation);
        PingReport report = Report(device, channel, options, ping);
        await output.WriteLineAsync(json ? JsonSerializer.Serialize(report, ReportJson.Default.PingReport) : Summarise(report));
        return (int)Judge(name, report, options, end);
    }

    private static ExitCode Judge(string name, PingReport report, PingOptions options, string? end)
    {
        if (end is not null)
        {
            throw new CommandFailedException(ExitCode.Failure, $"{name} ended after {report.Sent} messages: {end}.");
        }

        if (report.Sent > 0 && report.Received + report.Late + (report.Corrupted ?? 0) == 0)
        {
            string other = report.Foreign > 0 ? $"; {report.Foreign} other messages came, so somebody is there who does not echo" : "";
            throw new CommandFailedException(
                ExitCode.Failure,
                Invariant($"nobody echoes on {name}: {report.Sent} messages were sent and none came back within {options.Timeout.TotalMilliseconds} ms{other}. Run `rpmsg-bridge echo` on the other side."));
        }

        return report.Sent > 0 && report.Received == report.Sent ? ExitCode.Ok : ExitCode.Failure;
    }

    private static string Describe(PingResult result, string name, PingOptions options) => result.Outcome switch
    {
        PingOutcome.Echoed => Invariant($"{options.Length} bytes from {name}: seq={result.Sequence} time={result.RoundTrip.TotalMicroseconds:F0} us"),
        PingOutcome.Corrupted => $"{options.Length} bytes from {name}: seq={result.Sequence} came back with other content",
        PingOutcome.NotSent => $"seq={result.Sequence} could not be sent within {options.Timeout.TotalMilliseconds} ms: the channel is held up",
        _ => $"no echo for seq={result.Sequence} within {options.Timeout.TotalMilliseconds} ms",
    };

    private static string Summarise(PingReport report)
    {
        string counts = $"{report.Sent} sent, {report.Received} received, {report.Sent - report.Received - report.Late - (report.Corrupted ?? 0)} lost, {report.Late} late";
        string corrupted = report.Corrupted is { } bad ? $", {bad} corrupted" : "";
        string times = report.RttMicroseconds is { } rtt
            ? Invariant($"\nround trip min/avg/max = {rtt.Min:F0}/{rtt.Avg:F0}/{rtt.Max:F0} us, p50 {rtt.P50:F0} us, p99 {rtt.P99:F0} us")
            : "";
        return $"--- {report.Device}/{report.Channel}: {counts}{corrupted}{times}";
    }

    private static PingReport Report(string device, string channel, PingOptions options, PingApplication ping) => new()
    {
        Device = device,
        Channel = channel,
        Length = options.Length,
        Sent = ping.Sent,
        Received = ping.RoundTrips.Count,
        Late = ping.Late,
        Corrupted = options.Verify ? ping.Corrupted : null,
        Foreign = ping.Foreign,
        RttMicroseconds = ping.RoundTrips.ToReport(),
    };
}
