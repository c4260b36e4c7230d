using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Bridge.EndToEnd.Tests.Gateways;
using Bridge.EndToEnd.Tests.Processes;

namespace Bridge.EndToEnd.Tests.Sockets;

/// <summary>Stream connections from another language, over both kinds of sockets.</summary>
public sealed class StreamTests
{
    private readonly IPEndPoint _tcpA = Loopback.Next(), _tcpB = Loopback.Next();

    [ProgramFact("python3")]
    public async Task Stream_OverUnixFromPython_CarriesMessagesBothWays()
    {
        await using GatewayPair pair = await JoinAsync();
        await using RunningProcess service = PythonPrograms.StartStream(pair.B.Socket("rpmsg0", "stream"), "services/echo", "serve");
        await AnnouncedAsync(pair);

        await using RunningProcess client = PythonPrograms.StartStream(pair.A.Socket("rpmsg0", "stream"), "channels/echo", "ask", "one", "", new string('x', 496));

        await TalkedAsync(client, service);
    }

    [ProgramFact("python3")]
    public async Task Stream_OverTcpFromPython_CarriesMessagesBothWays()
    {
        await using GatewayPair pair = await JoinAsync();
        await using RunningProcess service = PythonPrograms.StartStream(_tcpB, "services/echo", "serve");
        await AnnouncedAsync(pair);

        await using RunningProcess client = PythonPrograms.StartStream(_tcpA, "channels/echo", "ask", "one", "", new string('x', 496));

        await TalkedAsync(client, service);
    }

    [ProgramFact("python3")]
    public async Task Stream_AddressedFromPython_TalksToSeveralPeersThroughOneConnection()
    {
        await using GatewayPair pair = await JoinAsync();
        await using RunningProcess service = PythonPrograms.StartStream(_tcpB, "services/echo addressed", "serve");
        await AnnouncedAsync(pair);
        await using RunningProcess first = PythonPrograms.StartStream(pair.A.Socket("rpmsg0", "stream"), "channels/echo", "serve");
        await first.WaitForAsync("ok maximum=496 local=");

        // While the first one is still there.
        await using RunningProcess second = PythonPrograms.StartStream(_tcpA, "endpoints/echo.30 addressed", "ask", "one", "two");

        (int exitCode, string output) = Outcome(await second.ExitAsync());
        string own = LocalAddress(output);
        Assert.Equal((0, $"ok maximum=496 local={own} remote=30\n30 {own} one\n30 {own} two\nend\n"), (exitCode, output));
        await service.WaitForAsync($"{own} 30 two");
        Assert.False(first.HasExited, first.Describe());
    }

    [ProgramFact("python3")]
    public async Task Stream_OfATakenOrUnknownName_IsToldWhy()
    {
        await using GatewayPair pair = await JoinAsync();
        await using RunningProcess service = PythonPrograms.StartStream(_tcpB, "services/echo", "serve");
        await service.WaitForAsync("ok maximum");

        await using RunningProcess taken = PythonPrograms.StartStream(_tcpB, "services/echo", "serve");
        await using RunningProcess unknown = PythonPrograms.StartStream(_tcpB, "services/ecco", "serve");

        Assert.Equal((1, "error EBUSY services/echo is taken; another application has it\n"), Outcome(await taken.ExitAsync()));
        Assert.Equal((1, "error ENOENT there is no services/ecco now; there are: echo\n"), Outcome(await unknown.ExitAsync()));
    }

    [Fact]
    public async Task Tcp_PortIsBusy_GatewayEndsWithOneSentence()
    {
        using System.Net.Sockets.TcpListener other = new(_tcpA);
        other.Start();
        using TemporaryDirectory directory = new();
        await using TestGateway peer = new("b", directory.Path, Machine.Here), gateway = new("a", directory.Path, Machine.Here);
        gateway.Configuration["links"]!["b"] = new JsonObject { ["fingerprint"] = peer.Fingerprint, ["connect"] = Loopback.Next().ToString() };
        gateway.Configuration["devices"]!["rpmsg0"] = new JsonObject { ["side"] = "virtio", ["tcp"] = _tcpA.ToString() };
        await File.WriteAllTextAsync(gateway.ConfigurationFile, gateway.Configuration.ToJsonString());

        (int exitCode, string output, string errors) = await BridgeProgram.RunAsync("run", "--config", gateway.ConfigurationFile);

        string sentence = $"device rpmsg0 cannot await stream connections over TCP: bind {_tcpA}: Address already in use (EADDRINUSE). Stop what has the port, or choose another address under devices:rpmsg0:tcp.";
        Assert.Equal((1, "", $"rpmsg-bridge: {sentence}\n"), (exitCode, output, errors));
    }

    private static (int ExitCode, string Output) Outcome((int ExitCode, string Output, string Errors) ended) => (ended.ExitCode, ended.Output + ended.Errors);

    private static async Task TalkedAsync(RunningProcess client, RunningProcess service)
    {
        string messages = $"one\n\n{new string('x', 496)}\nend\n";
        (int exitCode, string output) = Outcome(await client.ExitAsync());
        Assert.Equal((0, $"ok maximum=496 local={LocalAddress(output)} remote=30\n{messages}"), (exitCode, output));
        Assert.Equal((0, "ok maximum=496 local=30 remote=any\n" + messages), Outcome(await service.ExitAsync()));
    }

    /// <summary>The address that a channel's endpoint was given: any dynamic one.</summary>
    private static string LocalAddress(string output) => Regex.Match(output, @"^ok maximum=496 local=(\d{4,5}) ").Groups[1].Value;

    private static Task AnnouncedAsync(GatewayPair pair) => Bounds.UntilAsync(() => File.Exists(pair.A.Channel("rpmsg0", "echo")), "the channel", pair.Describe);

    private Task<GatewayPair> JoinAsync() => GatewayPair.JoinAsync(BridgePlan.OnLoopback("tcp") with
    {
        Devise = (a, b) =>
        {
            a["rpmsg0"]!["tcp"] = _tcpA.ToString();
            b["rpmsg0"]!["tcp"] = _tcpB.ToString();
            b["rpmsg0"]!["services"]!["echo"]!["address"] = 30;
        },
    });
}
