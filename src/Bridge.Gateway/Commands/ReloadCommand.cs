using System.CommandLine;
using System.Text.Json;
using Bridge.Gateway.Admin;
using Bridge.Gateway.Reports;

namespace Bridge.Gateway.Commands;

/// <summary><c>reload</c>: the running gateway reads its configuration file again.</summary>
internal sealed class ReloadCommand : DetailedCommand
{
    private readonly Option<string?> _adminSocket = CommandOptions.AdminSocket();
    private readonly Option<string?> _configuration = CommandOptions.Configuration();
    private readonly Option<bool> _json = CommandOptions.Json();

    public ReloadCommand()
        : base(
            "reload",
            "Has the running gateway read its configuration file again, without dropping a device.",
            """
            Services, the peers' keys and the addresses to dial change at once; what takes a restart is named. A file with an
            error changes nothing: the errors are printed and the exit code is 78. SIGHUP does the same; then the log tells.
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
        ReloadReport report = await client.ReloadAsync(cancellation);
        InvocationConfiguration console = parsed.InvocationConfiguration;
        if (parsed.GetValue(_json))
        {
            await console.Output.WriteLineAsync(JsonSerializer.Serialize(report, ReportJson.Default.ReloadReport));
        }
        else
        {
            foreach (string error in report.Errors)
                await console.Error.WriteLineAsync(error);
            await (report.Applied ? console.Output : console.Error).WriteAsync(Describe(report));
        }

        return (int)(report.Applied ? ExitCode.Ok : ExitCode.Configuration);
    }

    private static string Describe(ReloadReport report)
    {
        if (!report.Applied)
            return "rpmsg-bridge: nothing was changed\n";
        IEnumerable<string> lines = [.. report.Changed, .. report.NeedRestart.Select(key => $"{key}: takes a restart")];
        return string.Concat(lines.DefaultIfEmpty("nothing is different").Select(line => line + "\n"));
    }
}
