using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Bridge.Gateway.Admin;
using Bridge.Gateway.Diagnosis;
using Bridge.Gateway.Metrics;
using Bridge.Gateway.Reports;

namespace Bridge.Gateway.Commands;

/// <summary><c>diag</c>: one archive with everything that somebody needs who is asked for help.</summary>
internal sealed class DiagCommand : DetailedCommand
{
    // Each is a file; metrics and events are text, the others JSON.
    private static readonly (string File, string Address)[] s_reports =
    [
        ("status.json", AdminApi.Status), ("channels.json", AdminApi.Channels), ("rings.json", AdminApi.Rings),
        ("metrics.txt", MetricsApi.Metrics), ("events.txt", DiagnosisApi.Events),
    ];

    private readonly Option<string?> _output = new("--output", "-o")
    {
        Description = "The archive to make; it must not exist. Default: rpmsg-bridge-diag-TIME.tar.gz in the current directory.",
        HelpName = "FILE",
    };

    private readonly Option<bool> _noSelfTest = new("--no-self-test") { Description = "Contact no peer." };
    private readonly Option<string?> _adminSocket = CommandOptions.AdminSocket();
    private readonly Option<string?> _configuration = CommandOptions.Configuration();

    public DiagCommand()
        : base(
            "diag",
            "Collects what is needed to find out what is wrong, in one archive without secrets, and tests the way to the peers.",
            """
            In it: the configuration (known keys only, no comments, no key), status, channels, rings, metrics and the last 1000
            log lines of the running gateway; versions of program, runtime, kernel and libmsquic; the kernel's receive buffers;
            and a self-test: whether each address that is dialled answers over UDP (QUIC) and TCP, and the path MTU on the way.
            The self-test's TCP connection appears in the peer's log as one that ended before it began.
            Without a running gateway the rest is collected; name the configuration with --config then, for the self-test.
            Look through the archive before you give it away: names and addresses are in it.
            """)
    {
        foreach (Option option in new Option[] { _output, _noSelfTest, _adminSocket, _configuration })
            Add(option);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        TimeProvider time = TimeProvider.System;
        string name = $"rpmsg-bridge-diag-{time.GetUtcNow().ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture)}";
        string path = Path.GetFullPath(parsed.GetValue(_output) ?? name + ".tar.gz");
        TextWriter output = parsed.InvocationConfiguration.Output;
        DiagArchive archive = new(name, time);
        archive.Add("versions.txt", MachineReport.Versions());
        archive.Add("buffers.txt", MachineReport.ReceiveBuffers());
        ConfigurationReport? configuration = await AddGatewayAsync(archive, parsed, output, cancellation);
        string selfTest = parsed.GetValue(_noSelfTest) ? "left out (--no-self-test)\n"
            : configuration is null ? "left out: without a running gateway --config FILE must tell where the peers are\n"
            : configuration.Errors.Count > 0 ? "left out: the configuration has errors\n"
            : await new ReachabilityTest(time).RunAsync(configuration.Peers, cancellation);
        archive.Add("self-test.txt", selfTest);
        await WriteAsync(archive, path, cancellation);
        await output.WriteAsync($"{MachineReport.ReceiveBuffers().Split('\n')[0]}\n{selfTest}{path}\n");
        return (int)ExitCode.Ok;
    }

    private static async Task WriteAsync(DiagArchive archive, string path, CancellationToken cancellation)
    {
        try
        {
            await archive.WriteAsync(path, cancellation);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailedException(ExitCode.Failure, $"the archive {path} cannot be made: {failure.Message} Name another file with --output.", failure);
        }
    }

    /// <summary>What the running gateway tells, and the configuration: its own, or that of the command line.</summary>
    private async Task<ConfigurationReport?> AddGatewayAsync(DiagArchive archive, ParseResult parsed, TextWriter output, CancellationToken cancellation)
    {
        string? file = parsed.GetValue(_configuration);
        ConfigurationReport? configuration = file is null ? null : ConfigurationListing.Read(Path.GetFullPath(file));
        try
        {
            // A configuration with errors does not tell where its gateway is.
            string socket = CommandOptions.FindAdminSocket(parsed.GetValue(_adminSocket), configuration is { Errors.Count: 0 } ? file : null);
            using AdminClient client = new(socket);
            foreach ((string report, string address) in s_reports)
                archive.Add(report, await client.GetTextAsync(address, cancellation));
            configuration ??= await client.GetConfigurationAsync(cancellation);
            await output.WriteLineAsync($"A gateway answers on {socket}.");
        }
        catch (CommandFailedException none)
        {
            archive.Add("gateway.txt", $"{none.Message}\n");
            await output.WriteLineAsync($"Without a running gateway: {none.Message}");
        }

        archive.Add("configuration.json", configuration is null ? "null\n" : JsonSerializer.Serialize(configuration, ReportJson.Default.ConfigurationReport) + "\n");
        return configuration;
    }
}
