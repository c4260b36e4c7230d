using System.CommandLine;
using System.Text.Json;
using Bridge.Gateway.Admin;
using Bridge.Gateway.Reports;

namespace Bridge.Gateway.Commands;

/// <summary><c>rings</c>: the virtqueues of the running gateway, figure by figure.</summary>
internal sealed class RingsCommand : DetailedCommand
{
    private readonly Argument<string?> _device = new("DEVICE") { Description = "The device; all of them when left out.", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string?> _adminSocket = CommandOptions.AdminSocket();
    private readonly Option<string?> _configuration = CommandOptions.Configuration();
    private readonly Option<bool> _json = CommandOptions.Json();

    public RingsCommand()
        : base(
            "rings",
            "Shows the rings of a device: sizes, indices, who owns what, what waits for whom, notifications.",
            """
            A device has two rings per queue, one on each machine: ring 1 between the driver and the gateway of the virtio side,
            ring 2 between the gateway of the vhost side and the device. This command shows the one that is here, and what the
            link knows of the other; for its indices and notifications run it on the other machine too.
            Exit code 69 when no gateway answers.
            """)
    {
        Add(_device);
        Add(_adminSocket);
        Add(_configuration);
        Add(_json);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        using AdminClient client = new(CommandOptions.FindAdminSocket(parsed.GetValue(_adminSocket), parsed.GetValue(_configuration)));
        RingsReport report = await client.GetRingsAsync(cancellation);
        if (parsed.GetValue(_device) is { } name)
        {
            RingDeviceReport[] chosen = [.. report.Devices.Where(device => device.Device == name)];
            if (chosen.Length == 0)
                throw new CommandFailedException(ExitCode.Failure, $"the gateway has no device {name}: it has {string.Join(", ", report.Devices.Select(device => device.Device))}; check the name.");
            report = new RingsReport { Devices = chosen };
        }

        TextWriter output = parsed.InvocationConfiguration.Output;
        if (parsed.GetValue(_json))
            await output.WriteLineAsync(JsonSerializer.Serialize(report, ReportJson.Default.RingsReport));
        else
            RingTable.Write(TerminalOutput.ForOutput(output), report);
        return (int)ExitCode.Ok;
    }
}
