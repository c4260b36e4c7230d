using System.CommandLine;
using System.Text.Json;
using Bridge.Gateway.Configuration;
using Bridge.Gateway.Reports;
using Bridge.Link.Trust;

namespace Bridge.Gateway.Commands;

/// <summary><c>identity</c>: shows this gateway's fingerprint, and makes its key when there is none.</summary>
internal sealed class IdentityCommand : DetailedCommand
{
    private readonly Option<string?> _identity = new("--identity")
    {
        Description = "The PEM file with key and certificate. Default: the configuration's, else identity.pem in $STATE_DIRECTORY, $XDG_STATE_HOME/rpmsg-bridge or ~/.local/state/rpmsg-bridge.",
        HelpName = "PATH",
    };

    private readonly Option<string?> _name = new("--name")
    {
        Description = "The name in a newly made certificate. Default: the configuration's, else the host name.",
        HelpName = "NAME",
    };

    private readonly Option<string?> _configuration = CommandOptions.Configuration();
    private readonly Option<bool> _json = CommandOptions.Json();

    public IdentityCommand()
        : base(
            "identity",
            "Shows the fingerprint of this gateway's key; makes the key first when there is none.",
            """
            Put the fingerprint into the peer's configuration: "links": { "NAME": { "fingerprint": "sha256:..." } }
            A new key without dropping a device: make it beside the old one (--identity FILE.new), add its fingerprint at the peers
            ("fingerprint": ["OLD", "NEW"]) and reload them, move the file into place and reload here; then take OLD away there.
            The file holds the private key: it is made with mode 0600, and nothing of it is ever printed.
            """)
    {
        Add(_identity);
        Add(_name);
        Add(_configuration);
        Add(_json);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        GatewayConfiguration? configuration = parsed.GetValue(_configuration) is { } file ? ConfigurationFile.Load(file) : null;
        string path = Path.GetFullPath(parsed.GetValue(_identity) ?? configuration?.IdentityFile ?? StandardPaths.Process.Identity);
        string name = parsed.GetValue(_name) ?? configuration?.Name ?? Environment.MachineName;
        using GatewayIdentity identity = IdentityFile.LoadOrCreate(path, name, TimeProvider.System, out bool created);
        IdentityReport report = new() { Fingerprint = identity.Fingerprint, Path = path, Created = created };
        TextWriter output = parsed.InvocationConfiguration.Output;
        await output.WriteLineAsync(parsed.GetValue(_json)
            ? JsonSerializer.Serialize(report, ReportJson.Default.IdentityReport)
            : $"{report.Fingerprint}\n{(created ? "made" : "from")} {path}");
        return (int)ExitCode.Ok;
    }
}
