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
        Description = "What is shown; see below.",
        DefaultValueFactory = _ => LabScenarios.Default,
        HelpName = "NAME",
    };

    private readonly Option<string?> _guest = new("--guest")
    {
        Description = "The directory with a guest's kernel and file system, for scenarios with a guest. Default: where the scenario's prepare script puts them.",
        HelpName = "DIRECTORY",
    };

    private readonly Option<int?> _cuts = new("--cuts")
    {
        Description = "How often the scenario link-loss cuts the link, 1 or more. Default: 40.",
        HelpName = "N",
    };

    private readonly Option<int?> _kills = new("--kills")
    {
        Description = "How often the scenario restart ends a gateway, 1 or more. Default: 40.",
        HelpName = "N",
    };

    private readonly Option<bool> _store = new("--store")
    {
        Description = "In the scenario restart: whether applications' sockets are kept meanwhile, as a service manager's descriptor store does. Without, applications connect anew.",
        DefaultValueFactory = _ => true,
        HelpName = "true|false",
    };

    private readonly Option<string> _signal = CommandOptions.Choice("--signal", "How the scenario restart ends a gateway: SIGKILL, or SIGTERM as for an upgrade.", LabSignal.Kill);

    private readonly Option<bool> _json = CommandOptions.Json();

    public LabCommand()
        : base(
            "lab",
            "Shows the whole bridge on one machine: two gateways, a file through a channel and back, measurements.",
            $"""
            It starts two gateways on loopback, each with a key of its own, joins them over mutual TLS 1.3, brings up a device
            and uses it. Scenarios:
            {string.Join("\n", LabScenarios.All.Select(one => $"  {one.Name,-10} {one.Summary}"))}
            Exit code 0 when everything came back as it went.
            """)
    {
        _scenario.AcceptOnlyFromAmong([.. LabScenarios.All.Select(one => one.Name)]);
        Add(_file);
        Add(_transport);
        Add(_keep);
        Add(_scenario);
        Add(_guest);
        foreach (Option<int?> often in new[] { _cuts, _kills })
        {
            often.Validators.Add(result =>
            {
                if (result.GetValueOrDefault<int?>() is < 1)
                    result.AddError($"{often.Name} must be 1 or more.");
            });
            Add(often);
        }

        Add(_store);
        Add(_signal);
        Add(_json);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        LabOptions options = new(
            parsed.GetValue(_file) ?? typeof(LabCommand).Assembly.Location,
            parsed.GetValue(_guest),
            parsed.GetValue(_cuts),
            parsed.GetValue(_kills),
            parsed.GetValue(_store),
            parsed.Chosen<LabSignal>(_signal),
            parsed.GetRequiredValue(_transport).ToLowerInvariant(),
            parsed.GetValue(_keep),
            parsed.GetValue(_json));
        if (!File.Exists(options.File))
            throw new CommandFailedException(ExitCode.Usage, $"--file {options.File}: there is no such file.");
        TextWriter output = parsed.InvocationConfiguration.Output;
        // Progress is for people who watch; standard output is kept for the result.
        IAnsiConsole progress = TerminalOutput.Create(Console.Error, Console.IsErrorRedirected);
        LabReport report;
        await using (LabBench bench = new(options, progress, TimeProvider.System))
        await using (LabScenario scenario = LabScenarios.Create(parsed.GetRequiredValue(_scenario), bench))
        {
            report = await scenario.RunAsync(cancellation);
            if (options.Json)
                await output.WriteLineAsync(JsonSerializer.Serialize(report, report.GetType(), ReportJson.Default));
            else
                LabTable.Write(TerminalOutput.ForOutput(output), report);
            if (options.Keep)
                await KeepAsync(scenario, options.Json ? Console.Error : output, cancellation);
        }

        return LabTable.Verdict(report) is { } wrong ? throw new CommandFailedException(ExitCode.Failure, $"the lab failed: {wrong}.") : (int)ExitCode.Ok;
    }

    private static async Task KeepAsync(LabScenario scenario, TextWriter output, CancellationToken cancellation)
    {
        await output.WriteLineAsync(scenario.Invitation);
        await Task.Delay(Timeout.InfiniteTimeSpan, cancellation).ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }
}
