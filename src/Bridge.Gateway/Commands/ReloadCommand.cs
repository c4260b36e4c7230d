using System.CommandLine;
using Bridge.Gateway.Admin;
using Bridge.Gateway.Reports;

namespace Bridge.Gateway.Commands;

/// <summary><c>reload</c>: the running gateway reads its configuration file again.</summary>
internal sealed class ReloadCommand : AdminCommand<ReloadReport>
{
    public ReloadCommand()
        : base(
            "reload",
            "Has the running gateway read its configuration file again, without dropping a device.",
            """
            This gateway's key, services, access rules, the peers' keys and authorities and the addresses to dial change at once;
            what takes a restart is named. A file with an error changes nothing: the errors are printed and the exit code is 78.
            SIGHUP does the same; then the log tells.
            """)
    {
    }

    /// <inheritdoc/>
    protected override Task<ReloadReport> AskAsync(AdminClient client, ParseResult parsed, CancellationToken cancellation) => client.ReloadAsync(cancellation);

    /// <inheritdoc/>
    protected override async Task ShowAsync(ReloadReport report, InvocationConfiguration console)
    {
        foreach (string error in report.Errors)
            await console.Error.WriteLineAsync(error);
        await (report.Applied ? console.Output : console.Error).WriteAsync(Describe(report));
    }

    /// <inheritdoc/>
    protected override ExitCode ExitCodeOf(ReloadReport report) => report.Applied ? ExitCode.Ok : ExitCode.Configuration;

    private static string Describe(ReloadReport report)
    {
        if (!report.Applied)
            return "rpmsg-bridge: nothing was changed\n";
        IEnumerable<string> lines = [.. report.Changed, .. report.NeedRestart.Select(key => $"{key}: takes a restart")];
        return string.Concat(lines.DefaultIfEmpty("nothing is different").Select(line => line + "\n"));
    }
}
