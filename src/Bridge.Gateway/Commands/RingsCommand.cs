using System.CommandLine;
using Bridge.Gateway.Admin;
using Bridge.Gateway.Reports;

namespace Bridge.Gateway.Commands;

/// <summary><c>rings</c>: the virtqueues of the running gateway, figure by figure.</summary>
internal sealed class RingsCommand : AdminCommand<RingsReport>
{
    private readonly Argument<string?> _device = new("DEVICE") { Description = "The device; all of them when left out.", Arity = ArgumentArity.ZeroOrOne };

    public RingsCommand()
        : base(
            "rings",
            "Shows the rings of a device: sizes, indices, who owns what, what waits for whom, notifications.",
            """
            A device has two rings per queue, one on each machine: ring 1 between the driver and the gateway of the virtio side,
            ring 2 between the gateway of the vhost side and the device. This command shows the one that is here, and what the
            link knows of the other; for its indices and notifications run it on the other machine too.
            """)
    {
        Add(_device);
    }

    /// <inheritdoc/>
    protected override async Task<RingsReport> AskAsync(AdminClient client, ParseResult parsed, CancellationToken cancellation)
    {
        RingsReport report = await client.GetRingsAsync(cancellation);
        if (parsed.GetValue(_device) is not { } name)
            return report;
        RingDeviceReport[] chosen = [.. report.Devices.Where(device => device.Device == name)];
        return chosen.Length > 0
            ? new RingsReport { Devices = chosen }
            : throw new CommandFailedException(ExitCode.Failure, $"the gateway has no device {name}: it has {string.Join(", ", report.Devices.Select(device => device.Device))}; check the name.");
    }

    /// <inheritdoc/>
    protected override Task ShowAsync(RingsReport report, InvocationConfiguration console)
    {
        RingTable.Write(TerminalOutput.ForOutput(console.Output), report);
        return Task.CompletedTask;
    }
}
