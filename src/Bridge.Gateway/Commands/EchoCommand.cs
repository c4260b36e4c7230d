using System.CommandLine;
using Bridge.Gateway.Applications;
using Bridge.Gateway.Configuration;

namespace Bridge.Gateway.Commands;

/// <summary><c>echo</c>: offers a service that sends every message back.</summary>
internal sealed class EchoCommand : DetailedCommand
{
    private readonly Argument<string> _device = new("DEVICE") { Description = "The device, as the configuration names it." };
    private readonly Argument<string> _service = new("SERVICE") { Description = "The service to offer: listed in the configuration, or created through the control socket." };
    private readonly Option<int> _wait = CommandOptions.WaitOption();
    private readonly Option<string?> _runDirectory = CommandOptions.RunDirectory();
    private readonly Option<string?> _configuration = CommandOptions.Configuration();

    public EchoCommand()
        : base(
            "echo",
            "Offers a service that sends every message back, until ctrl-c.",
            """
            It connects to <run>/DEVICE/services/SERVICE, which announces the service to the other side. There, try:

              rpmsg-bridge ping DEVICE SERVICE
            """)
    {
        Add(_device);
        Add(_service);
        Add(_wait);
        Add(_runDirectory);
        Add(_configuration);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        GatewayPlaces places = CommandOptions.FindPlaces(parsed.GetValue(_runDirectory), parsed.GetValue(_configuration));
        SocketTarget target = SocketTarget.Service(places, parsed.GetRequiredValue(_device), parsed.GetRequiredValue(_service));
        InvocationConfiguration console = parsed.InvocationConfiguration;
        await new EchoApplication(target, parsed.Patience(_wait), console.Output, console.Error, TimeProvider.System).RunAsync(cancellation);
        return (int)ExitCode.Ok;
    }
}
