using Bridge.Gateway.Tests.Applications;
using Bridge.Gateway.Tests.Configuration;

namespace Bridge.Gateway.Tests.Commands;

/// <summary>The program as users and service managers meet it: exit codes, streams, signals, environment.</summary>
public sealed class ProcessTests
{
    [Fact]
    public async Task Version_PrintsIt()
    {
        (int exit, string output, string errors) = await BridgeProcess.RunAsync(["--version"]);

        Assert.Equal((0, ""), (exit, errors));
        Assert.Matches(@"^\d+\.\d+\.\d+", output);
    }

    [Theory]
    [InlineData("run")]
    [InlineData("frobnicate")]
    [InlineData("ping", "rpmsg0", "echo", "--count", "-1")]
    [InlineData("check")]
    public async Task UsageError_Exits64WithAHint(params string[] args)
    {
        (int exit, string output, string errors) = await BridgeProcess.RunAsync(args);

        Assert.Equal((64, ""), (exit, output));
        Assert.StartsWith("rpmsg-bridge: ", errors, StringComparison.Ordinal);
        Assert.Contains("--help`.", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("check")]
    [InlineData("run")]
    public async Task WrongConfiguration_Exits78WithEveryError(string command)
    {
        using TemporaryDirectory directory = new();
        string file = directory.Write("bridge.json", ConfigurationText.With(device: "\"side\": \"x\", \"rpmsg\": { \"quota\": 0 }"));

        (int exit, string output, string errors) = await BridgeProcess.RunAsync([command, "--config", file]);

        Assert.Equal((78, ""), (exit, output));
        Assert.Equal(
            """
            devices:rpmsg0:side: x is not one of the choices; use virtio or vhost
            devices:rpmsg0:rpmsg:quota: 0 is out of range; use 1..32768
            rpmsg-bridge: the configuration has 2 errors; `rpmsg-bridge check --reference` lists every key

            """,
            errors);
    }

    [Fact]
    public async Task Check_MissingFile_Exits78()
    {
        (int exit, _, string errors) = await BridgeProcess.RunAsync(["check", "--config", "/nonexistent/bridge.json"]);

        Assert.Equal(78, exit);
        Assert.StartsWith("/nonexistent/bridge.json: the file cannot be read: ", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_EnvironmentOverrides_AreInWhatItPrints()
    {
        using TemporaryDirectory directory = new();
        string file = directory.Write("bridge.json", ConfigurationText.Minimal);

        (int exit, string output, string errors) = await BridgeProcess.RunAsync(
            ["check", "--config", file],
            ("RPMSG_BRIDGE_devices__rpmsg0__rpmsg__quota", "32"),
            ("RPMSG_BRIDGE_NAME", "other"),
            ("RPMSG_BRIDGE_LISTEN__0", "127.0.0.1:9"),
            ("RPMSG_BRIDGE_DEVICES__RPMSG0__SERVICES__tty__ADDRESS", "0x40"),
            ("RPMSG_BRIDGE_RUNDIRECTORY", "/run/rb"),
            ("RPMSG_BRIDGE_IDENTITY", "/k.pem"));

        Assert.Equal((0, ""), (exit, errors));
        Assert.Equal(
            $$"""
            {{file}} is valid.
              gateway other, identity /k.pem
              sockets in /run/rb, mode 0660, group as the process
              admin socket /run/rb/admin.sock
              listens on 127.0.0.1:9
              link b: auto, {{ConfigurationText.Fingerprint}}, awaited
              device rpmsg0: virtio side, link b, sockets, 2 x 256 buffers of 512 bytes, quota 32, slow readers hold
                service tty: address 64

            """,
            output);
    }

    [Fact]
    public async Task Check_WrongEnvironmentOverrides_NameTheVariable()
    {
        using TemporaryDirectory directory = new();
        string file = directory.Write("bridge.json", ConfigurationText.Minimal);

        (int exit, _, string errors) = await BridgeProcess.RunAsync(
            ["check", "--config", file], ("RPMSG_BRIDGE_mode", "x"), ("RPMSG_BRIDGE_lnks__b__transport", "tcp"));

        Assert.Equal(78, exit);
        Assert.Contains("lnks: there is no such key; did you mean links? (set by the environment variable RPMSG_BRIDGE_lnks", errors, StringComparison.Ordinal);
        Assert.Contains("mode: x is not a file mode; use three octal digits such as 0660: 6, 4, 2 or 0 each, the owner's 6 (set by the environment variable RPMSG_BRIDGE_mode)", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    public async Task Run_Signalled_DrainsAndExits0(string signal)
    {
        using TemporaryDirectory directory = new();
        string file = directory.Write("bridge.json", RunnableConfiguration(directory));
        await using BridgeProcess gateway = BridgeProcess.Start(["run", "--config", file]);
        await gateway.WaitForErrorAsync("Gateway a runs");
        await WaitForSocketAsync(directory.File("admin.sock"));

        (int statusExit, string status, _) = await BridgeProcess.RunAsync(["status", "--config", file]);
        Assert.Equal(0, statusExit);
        Assert.Contains("a: not ready", status, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', status);

        await gateway.SignalAsync(signal);
        (int exit, string output, string errors) = await gateway.WaitForExitAsync();

        Assert.Equal((0, ""), (exit, output));
        Assert.Contains("Gateway a has stopped.", errors, StringComparison.Ordinal);
        Assert.False(File.Exists(directory.File("admin.sock")));
    }

    [Fact]
    public async Task Status_NoGateway_Exits69()
    {
        using TemporaryDirectory directory = new();

        (int exit, string output, string errors) = await BridgeProcess.RunAsync(["status", "--json", "--admin-socket", directory.File("admin.sock")]);

        Assert.Equal((69, ""), (exit, output));
        Assert.StartsWith("rpmsg-bridge: no gateway answers on ", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PingAndEcho_AsProcesses_EndAsTheyShould()
    {
        using TemporaryDirectory run = new();
        await using FakeChannel channel = new(run.Path, "echo");
        await using BridgeProcess echo = BridgeProcess.Start(["echo", "rpmsg0", "echo", "--run-directory", run.Path]);

        (int exit, string output, string errors) = await BridgeProcess.RunAsync(
            ["ping", "rpmsg0", "echo", "--count", "3", "--period", "0", "--timeout", "20000", "--verify", "--json", "--run-directory", run.Path]);
        await echo.SignalAsync("TERM");
        (int echoExit, string echoed, _) = await echo.WaitForExitAsync();

        Assert.Equal((0, ""), (exit, errors));
        Assert.Contains("\"received\": 3", output, StringComparison.Ordinal);
        Assert.Contains("\"corrupted\": 0", output, StringComparison.Ordinal);
        Assert.Equal(0, echoExit);
        Assert.EndsWith("echoed 3 messages, 192 bytes, 1 peers\n", echoed, StringComparison.Ordinal);
    }

    private static string RunnableConfiguration(TemporaryDirectory directory) => $$"""
        {
          "name": "a", "identity": "identity.pem", "runDirectory": "{{directory.Path}}", "listen": [],
          "links": { "b": { "fingerprint": "{{ConfigurationText.Fingerprint}}", "connect": "127.0.0.1:1" } },
          "devices": { "rpmsg0": { "side": "virtio" } }
        }
        """;

    private static async Task WaitForSocketAsync(string path)
    {
        using CancellationTokenSource limit = new(Bounds.Limit);
        using PeriodicTimer pace = new(TimeSpan.FromMilliseconds(20));
        while (!File.Exists(path))
        {
            await pace.WaitForNextTickAsync(limit.Token);
        }
    }
}
