using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Bridge.Gateway.Admin;
using Bridge.Gateway.Reports;

namespace Bridge.Gateway.Commands;

/// <summary>A command that asks the running gateway for one report, and shows it as a table or as one JSON object.</summary>
internal abstract class AdminCommand<TReport> : DetailedCommand
    where TReport : class
{
    private readonly Option<string?> _adminSocket = CommandOptions.AdminSocket();
    private readonly Option<string?> _configuration = CommandOptions.Configuration();
    private readonly Option<bool> _json = CommandOptions.Json();

    protected AdminCommand(string name, string description, string details)
        : base(name, description, details)
    {
        Add(_adminSocket);
        Add(_configuration);
        Add(_json);
        SetAction(RunAsync);
    }

    /// <summary>Asks.</summary>
    protected abstract Task<TReport> AskAsync(AdminClient client, ParseResult parsed, CancellationToken cancellation);

    /// <summary>Shows the answer to a person.</summary>
    protected abstract Task ShowAsync(TReport report, InvocationConfiguration console);

    /// <summary>What the command ends with.</summary>
    protected virtual ExitCode ExitCodeOf(TReport report) => ExitCode.Ok;

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        using AdminClient client = new(CommandOptions.FindAdminSocket(parsed.GetValue(_adminSocket), parsed.GetValue(_configuration)));
        TReport report = await AskAsync(client, parsed, cancellation);
        InvocationConfiguration console = parsed.InvocationConfiguration;
        if (parsed.GetValue(_json))
            await console.Output.WriteLineAsync(JsonSerializer.Serialize(report, (JsonTypeInfo<TReport>)ReportJson.Default.GetTypeInfo(typeof(TReport))!));
        else
            await ShowAsync(report, console);
        return (int)ExitCodeOf(report);
    }
}
