using System.CommandLine;
using Bridge.Gateway.Admin;
using Bridge.Gateway.Reports;
using Spectre.Console;

namespace Bridge.Gateway.Commands;

/// <summary><c>channels</c>: what applications can connect to, and what they are using.</summary>
internal sealed class ChannelsCommand : AdminCommand<ChannelsReport>
{
    public ChannelsCommand()
        : base(
            "channels",
            "Lists the running gateway's channels (announced by the other side), services (offered here) and open endpoints.",
            """
            A channel is connected to at <run>/DEVICE/channels/NAME, a service at <run>/DEVICE/services/NAME. Free: nobody has it.
            Taken: an application has. Waiting: messages wait for the next one. Refused: the access rules deny it.
            """)
    {
    }

    /// <inheritdoc/>
    protected override Task<ChannelsReport> AskAsync(AdminClient client, ParseResult parsed, CancellationToken cancellation) => client.GetChannelsAsync(cancellation);

    /// <inheritdoc/>
    protected override async Task ShowAsync(ChannelsReport report, InvocationConfiguration console)
    {
        if (report.Channels.Count == 0)
            await console.Output.WriteLineAsync("There is no channel yet: the other side has announced nothing, and no service is configured or connected here.");
        else
            TerminalOutput.ForOutput(console.Output).Write(ChannelTable(report.Channels));
    }

    private static Table ChannelTable(IEnumerable<ChannelReport> channels)
    {
        Table table = ReportTable.Create("device", "name", "kind", "state", "address", "remote", "sent", "received", "waiting", "socket");
        foreach (ChannelReport channel in channels)
        {
            table.Row(
                channel.Device, channel.Name, channel.Kind, channel.State, ReportTable.Number(channel.Address), ReportTable.Number(channel.Remote),
                ReportTable.Number(channel.Sent), ReportTable.Number(channel.Received), ReportTable.Number(channel.Waiting), channel.Socket);
        }

        return table;
    }
}
