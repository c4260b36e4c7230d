using System.CommandLine;
using System.Globalization;
using Bridge.Gateway.Admin;
using Bridge.Gateway.Reports;
using Spectre.Console;

namespace Bridge.Gateway.Commands;

/// <summary><c>status</c>: the running gateway with its links and devices.</summary>
internal sealed class StatusCommand : AdminCommand<GatewayReport>
{
    public StatusCommand()
        : base(
            "status",
            "Shows the running gateway: whether it is ready, and how its links, devices and queues are.",
            """
            A gateway that is not ready is no failure of this command. For scripts: --json, or
              curl --unix-socket <run>/admin.sock http://gateway/readyz                (200 when every device works end to end)
            When something is wrong: rpmsg-bridge diag collects what is needed to find out why.
            """)
    {
    }

    /// <inheritdoc/>
    protected override Task<GatewayReport> AskAsync(AdminClient client, ParseResult parsed, CancellationToken cancellation) => client.GetStatusAsync(cancellation);

    /// <inheritdoc/>
    protected override Task ShowAsync(GatewayReport report, InvocationConfiguration console)
    {
        Print(report, TerminalOutput.ForOutput(console.Output));
        return Task.CompletedTask;
    }

    private static void Print(GatewayReport report, IAnsiConsole console)
    {
        string uptime = TimeSpan.FromSeconds(report.UptimeSeconds).ToString(@"d\.hh\:mm\:ss", CultureInfo.InvariantCulture);
        console.WriteLine($"{report.Name}: {(report.Readiness.Ready ? "ready" : "not ready")}, up {uptime}, version {report.Version}");
        console.WriteLine($"listens on {(report.Listen.Count == 0 ? "nothing" : string.Join(", ", report.Listen))}; fingerprint {report.Fingerprint ?? "unknown"}");
        foreach (string reason in report.Readiness.Reasons)
        {
            console.WriteLine("  " + reason);
        }

        if (report.Refused is { } refused)
        {
            console.WriteLine($"refused: {string.Join(", ", refused.Select(pair => $"{pair.Value} {pair.Key}"))}; the last one: {ReportTable.Plain(report.LastRefused)}");
        }

        console.Write(LinkTable(report.Links));
        console.Write(DeviceTable(report.Devices));
    }

    private static Table LinkTable(IEnumerable<LinkReport> links)
    {
        Table table = ReportTable.Create("link", "state", "transport", "address", "connections", "sent", "received", "note");
        foreach (LinkReport link in links)
        {
            table.Row(
                link.Peer, link.State.ToString().ToLowerInvariant(), link.Transport, link.RemoteAddress, ReportTable.Number(link.Connections),
                ReportTable.Bytes(link.SentBytes), ReportTable.Bytes(link.ReceivedBytes), link.State == LinkState.Up ? link.TransportReason : link.LastError);
        }

        return table;
    }

    private static Table DeviceTable(IEnumerable<DeviceReport> devices)
    {
        Table table = ReportTable.Create("device", "link", "side", "port", "status", "epoch", "queues in flight", "note");
        foreach (DeviceReport device in devices)
        {
            table.Row(
                device.Name, device.Link, device.Side, device.Port, device.Status ?? (device.DriverOk ? "DRIVER_OK" : null), ReportTable.Number(device.Epoch),
                InFlight(device.Queues), Notes(device.Queues));
            if (device.LocalDriver is { } local)
                table.Row(device.Name, "local driver", "virtio", "vhost-user", local.Status, ReportTable.Number(local.Epoch), InFlight(local.Queues), Notes(local.Queues));
        }

        return table;
    }

    private static string InFlight(IEnumerable<QueueReport> queues) => string.Join(" ", queues.Select(queue => ReportTable.Number(queue.InFlight) ?? "-"));

    private static string Notes(IEnumerable<QueueReport> queues) => string.Join("; ", queues
        .Where(queue => (queue.Fault ?? queue.HeldBy) is not null)
        .Select(queue => queue.Fault is null ? $"queue {queue.Index} waits for {queue.HeldBy}" : $"queue {queue.Index}: {queue.Fault}"));
}
