using System.CommandLine;
using System.Text.Json;
using Bridge.Gateway.Admin;
using Bridge.Gateway.Reports;
using Spectre.Console;

namespace Bridge.Gateway.Commands;

/// <summary><c>channels</c>: what applications can connect to, and what they are using.</summary>
internal sealed class ChannelsCommand : DetailedCommand
{
    private readonly Option<string?> _adminSocket = CommandOptions.AdminSocket();
    private readonly Option<string?> _configuration = CommandOptions.Configuration();
    private readonly Option<bool> _json = CommandOptions.Json();

    public ChannelsCommand()
        : base(
            "channels",
            "Lists the running gateway's channels (announced by the other side), services (offered here) and open endpoints.",
            """
            Exit code 69 when no gateway answers.
            """)
    {
        Add(_adminSocket);
        Add(_configuration);
        Add(_json);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        using AdminClient client = new(CommandOptions.FindAdminSocket(parsed.GetValue(_adminSocket), parsed.GetValue(_configuration)));
        ChannelsReport report = await client.GetChannelsAsync(cancellation);
        TextWriter output = parsed.InvocationConfiguration.Output;
        if (parsed.GetValue(_json))
        {
            await output.WriteLineAsync(JsonSerializer.Serialize(report, ReportJson.Default.ChannelsReport));
        }
        else if (report.Channels.Count == 0)
        {
            await output.WriteLineAsync("There is no channel yet: the other side has announced nothing, and no service is configured or connected here.");
        }
        else
        {
            TerminalOutput.ForOutput(output).Write(ChannelTable(report.Channels));
        }

        return (int)ExitCode.Ok;
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
