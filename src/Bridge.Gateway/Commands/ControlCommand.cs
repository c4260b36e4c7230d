using System.CommandLine;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Bridge.Gateway.Applications;
using Bridge.Gateway.Configuration;
using Bridge.Ports.Sockets.Control;

namespace Bridge.Gateway.Commands;

/// <summary><c>control</c>: one request to a device's control socket, or the schema of all of them.</summary>
internal sealed class ControlCommand : DetailedCommand
{
    /// <summary>No reply is longer.</summary>
    private const int MaximumReply = 65536;

    private readonly Argument<string?> _device = new("DEVICE") { Description = "The device, as the configuration names it.", Arity = ArgumentArity.ZeroOrOne };
    private readonly Argument<string?> _request = new("REQUEST") { Description = "The request: one JSON object.", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<bool> _schema = new("--schema") { Description = "Print the JSON Schema of requests and replies, and ask nobody." };
    private readonly Option<string?> _runDirectory = CommandOptions.RunDirectory();
    private readonly Option<string?> _configuration = CommandOptions.Configuration();

    public ControlCommand()
        : base(
            "control",
            "Sends a request to a device's control socket and prints the reply.",
            """
            Requests: list, flow, create, destroy and close. Examples:
              rpmsg-bridge control rpmsg0 '{"request":"list"}'
              rpmsg-bridge control rpmsg0 '{"request":"create","service":"echo","address":30,"permanent":true}'
              rpmsg-bridge control rpmsg0 '{"request":"create","endpoint":"raw","remote":30}'
            Exit code 0 when the reply says "ok": true, else 1.
            """)
    {
        Add(_device);
        Add(_request);
        Add(_schema);
        Add(_runDirectory);
        Add(_configuration);
        Validators.Add(result =>
        {
            bool complete = result.GetValue(_device) is not null && result.GetValue(_request) is not null;
            if (complete == result.GetValue(_schema))
            {
                result.AddError("Give DEVICE and REQUEST, or --schema alone.");
            }
        });
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        InvocationConfiguration console = parsed.InvocationConfiguration;
        if (parsed.GetValue(_schema))
        {
            await console.Output.WriteLineAsync(ControlSchema.Text.TrimEnd());
            return (int)ExitCode.Ok;
        }

        GatewayPlaces places = CommandOptions.FindPlaces(parsed.GetValue(_runDirectory), parsed.GetValue(_configuration));
        SocketTarget target = SocketTarget.Control(places, parsed.GetRequiredValue(_device)!);
        using Socket socket = await new SocketConnector(target, TimeSpan.Zero, console.Error, TimeProvider.System).ConnectAsync(cancellation);
        byte[] reply = new byte[MaximumReply];
        await socket.SendAsync(Encoding.UTF8.GetBytes(parsed.GetRequiredValue(_request)!), cancellation);
        int length = await socket.ReceiveAsync(reply, cancellation);
        if (length == 0)
        {
            throw new CommandFailedException(ExitCode.Unavailable, $"the gateway closed {target.Path} without a reply; look at its log.");
        }

        await console.Output.WriteLineAsync(Encoding.UTF8.GetString(reply, 0, length));
        using JsonDocument document = JsonDocument.Parse(reply.AsMemory(0, length));
        return (int)(document.RootElement.GetProperty("ok").GetBoolean() ? ExitCode.Ok : ExitCode.Failure);
    }
}
