using System.CommandLine;
using System.Globalization;
using Bridge.Gateway.Configuration;

namespace Bridge.Gateway.Commands;

/// <summary><c>check</c>: is a configuration valid, and what does it come to?</summary>
internal sealed class CheckCommand : DetailedCommand
{
    private readonly Option<string?> _configuration = CommandOptions.Configuration();

    private readonly Option<bool> _reference = new("--reference")
    {
        Description = "Print every key that exists as a Markdown table, and check nothing.",
    };

    public CheckCommand()
        : base(
            "check",
            "Checks a configuration file as a whole and prints every error with its place, or what the file comes to.",
            """
            Nothing is created or contacted. Each error is a line: the key, what is wrong, what to use instead.
              rpmsg-bridge check --reference | less          every key, with its default, range and meaning
            """)
    {
        _configuration.Description = "The configuration file: JSON, comments allowed; environment variables RPMSG_BRIDGE_... override it.";
        Add(_configuration);
        Add(_reference);
        Validators.Add(result =>
        {
            if (result.GetValue(_configuration) is null == !result.GetValue(_reference))
            {
                result.AddError("Give either --config FILE or --reference.");
            }
        });
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        TextWriter output = parsed.InvocationConfiguration.Output;
        await output.WriteAsync(parsed.GetValue(_configuration) is { } file
            ? Describe(file, ConfigurationFile.Load(file))
            : ConfigurationReference.ToMarkdown());
        return (int)ExitCode.Ok;
    }

    private static string Describe(string file, GatewayConfiguration configuration)
    {
        StringWriter text = new(CultureInfo.InvariantCulture);
        text.WriteLine($"{file} is valid.");
        text.WriteLine($"  gateway {configuration.Name}, identity {configuration.IdentityFile}");
        text.WriteLine($"  sockets in {configuration.RunDirectory}, mode {Configuration.Rules.FileModeRule.Format(configuration.SocketMode)}, group {configuration.Group ?? "as the process"}");
        text.WriteLine($"  admin socket {configuration.AdminSocket}");
        text.WriteLine($"  listens on {(configuration.Listen.Count == 0 ? "nothing: it only dials" : string.Join(", ", configuration.Listen))}");
        foreach (LinkConfiguration link in configuration.Links)
        {
            string trust = link.CertificateAuthority is { } authority ? $"{link.PeerName} by {authority}" : string.Join(" or ", link.Fingerprints);
            text.WriteLine($"  link {link.Peer}: {link.Transport.ToString().ToLowerInvariant()}, {trust}, {(link.Connect.Count == 0 ? "awaited" : "dials " + string.Join(", ", link.Connect))}");
        }

        foreach (DeviceConfiguration device in configuration.Devices)
        {
            RpmsgConfiguration rpmsg = device.Rpmsg;
            text.WriteLine(
                $"  device {device.Name}: {device.Side.ToString().ToLowerInvariant()} side, link {device.Link}, {ChoiceName.Of(device.Port)}, "
                + $"2 x {rpmsg.Buffers} buffers of {rpmsg.BufferSize} bytes, quota {rpmsg.Quota}, slow readers {rpmsg.SlowReader.ToString().ToLowerInvariant()}{(rpmsg.AddressService ? ", address service" : "")}");
            foreach (ServiceConfiguration service in device.Services)
            {
                text.WriteLine($"    service {service.Name}: {(service.Address is { } address ? $"address {address}" : "dynamic address")}");
            }
        }

        return text.ToString();
    }
}
