using System.CommandLine;
using System.Text.Json;
using Bridge.Gateway.Lab;
using Bridge.Gateway.Reports;
using Bridge.Link.Transports;
using Spectre.Console;

namespace Bridge.Gateway.Commands;

/// <summary><c>lab</c>: two gateways on this machine, joined over loopback, with applications on both sides.</summary>
internal sealed class LabCommand : DetailedCommand
{
    private readonly Option<string?> _file = new("--file")
    {
        Description = "The file that goes through a channel and back. Default: this program itself.",
        HelpName = "FILE",
    };

    private readonly Option<string> _transport = CommandOptions.Choice(
        "--transport", "auto: QUIC where libmsquic loads, else TCP with TLS 1.3.", TransportMode.Auto);

    private readonly Option<bool> _keep = new("--keep")
    {
        Description = "Leave both gateways running until ctrl-c, and print the sockets with a line for socat.",
    };

    private readonly Option<string> _scenario = new("--scenario")
    {
        Description = "What is run: default sends the file, then measures ping-pong and a burst.",
        DefaultValueFactory = _ => "default",
        HelpName = "NAME",
    };

    private readonly Option<bool> _json = CommandOptions.Json();

    public LabCommand()
        : base(
            "lab",
            "Shows the whole bridge on one machine: two gateways, a file through a channel and back, measurements.",
            """
            It starts two gateways on loopback, each with a key of its own, joins them over mutual TLS 1.3, brings up an rpmsg
            device, sends a file through a channel and back, then measures ping-pong and a burst.
            Exit code 0 when everything came back as it went.
            """)
    {
        _scenario.AcceptOnlyFromAmong("default");
        Add(_file);
        Add(_transport);
        Add(_keep);
        Add(_scenario);
        Add(_json);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        LabOptions options = new(
            parsed.GetValue(_file) ?? typeof(LabCommand).Assembly.Location,
            parsed.GetRequiredValue(_transport).ToLowerInvariant(),
            parsed.GetValue(_keep),
            parsed.GetValue(_json));
        if (!File.Exists(options.File))
            throw new CommandFailedException(ExitCode.Usage, $"--file {options.File}: there is no such file.");
        TextWriter output = parsed.InvocationConfiguration.Output;
        // Progress is for people who watch; standard output is kept for the result.
        IAnsiConsole progress = TerminalOutput.Create(Console.Error, Console.IsErrorRedirected);
        LabReport report;
        await using (LabRun lab = new(options, progress, TimeProvider.System))
        {
            string transport = await lab.StartAsync(cancellation);
            report = await lab.MeasureAsync(transport, cancellation);
            if (options.Json)
                await output.WriteLineAsync(JsonSerializer.Serialize(report, ReportJson.Default.LabReport));
            else
                LabTable.Write(TerminalOutput.ForOutput(output), report);
            if (options.Keep)
                await KeepAsync(lab, options.Json ? Console.Error : output, cancellation);
        }

        return LabTable.Verdict(report) is { } wrong ? throw new CommandFailedException(ExitCode.Failure, $"the lab failed: {wrong}.") : (int)ExitCode.Ok;
    }

    private static async Task KeepAsync(LabRun lab, TextWriter output, CancellationToken cancellation)
    {
        await output.WriteLineAsync(lab.Invitation());
        await Task.Delay(Timeout.InfiniteTimeSpan, cancellation).ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }
}
