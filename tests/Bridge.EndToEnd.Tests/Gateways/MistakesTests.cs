using Bridge.EndToEnd.Tests.Applications;
using Bridge.EndToEnd.Tests.Processes;

namespace Bridge.EndToEnd.Tests.Gateways;

/// <summary>What newcomers do wrong is met with one sentence that says what to do.</summary>
public sealed class MistakesTests
{
    [Fact]
    public async Task Commands_WithoutWhatTheyNeed_SayWhatToDo()
    {
        await using GatewayPair pair = await GatewayPair.JoinAsync(BridgePlan.OnLoopback("tcp") with { Services = ["echo", "other"] });
        (Application offering, Application opening) = await pair.TalkAsync("echo");
        using Application other = await Application.ConnectAsync(pair.B.Service("rpmsg0", "other"));
        using (offering)
        using (opening)
        {
            await Bounds.UntilAsync(() => File.Exists(pair.A.Channel("rpmsg0", "other")), "the other channel", pair.Describe);
            await SaysAsync(pair.A, 1, $"the gateway has no device rpmsg9 in {pair.A.RunDirectory}: it has rpmsg0; check the name.", "ping", "rpmsg9", "echo");
            await SaysAsync(
                pair.A, 1, "the other side has not announced a channel ecco on rpmsg0 yet: it has announced echo, other; check the name, or wait for it with --wait.", "ping", "rpmsg0", "ecco");
            await SaysAsync(pair.A, 1, "channel echo of rpmsg0 is taken by another application: end that one, or wait for its end with --wait.", "cat", "rpmsg0", "echo");
            await SaysAsync(
                pair.B, 1, "the gateway has no service ecco on rpmsg0: it has echo, other; check the name, or add it to devices:rpmsg0:services in the configuration.", "echo", "rpmsg0", "ecco");
            await SaysAsync(
                pair.A, 1,
                "--length 5000 is more than a message on rpmsg0 can hold, which is 496 bytes: use --length 496 or less, or raise devices:rpmsg0:rpmsg:bufferSize to 5016 on both gateways.",
                "ping", "rpmsg0", "other", "--length", "5000");
        }
    }

    [Fact]
    public async Task Wait_UntilTheChannelIsFree_GoesOn()
    {
        await using GatewayPair pair = await GatewayPair.JoinAsync(BridgePlan.OnLoopback("tcp"));
        await using RunningProcess ping = BridgeProgram.Start(Machine.Here, "ping", "rpmsg0", "echo", "--count", "1", "--timeout", "60000", "--wait", "--config", pair.A.ConfigurationFile);
        await ping.WaitForAsync("waiting: the other side has not announced a channel echo on rpmsg0 yet");

        await using RunningProcess echo = BridgeProgram.Start(Machine.Here, "echo", "rpmsg0", "echo", "--config", pair.B.ConfigurationFile);

        (int exitCode, string output, _) = await ping.ExitAsync();
        Assert.Equal(0, exitCode);
        Assert.Contains("1 sent, 1 received, 0 lost", output, StringComparison.Ordinal);
    }

    [ProgramFact("setpriv")]
    public async Task Commands_WithoutPermission_NameTheGroupAndTheCommand()
    {
        await using GatewayPair pair = await GatewayPair.JoinAsync(BridgePlan.OnLoopback("tcp"));
        // Its group may enter, its owner may not: so this user is told what a stranger would be.
        File.SetUnixFileMode(pair.A.RunDirectory, UnixFileMode.GroupRead | UnixFileMode.GroupExecute);
        try
        {
            // Root passes everywhere unless it gives these two up.
            string[] bounded = Environment.IsPrivilegedProcess ? ["--bounding-set", "-dac_override,-dac_read_search"] : [];
            await using RunningProcess ping = RunningProcess.Start(Machine.Here.Command(
                Programs.Path("setpriv"), [.. bounded, Programs.Path("dotnet"), "exec", BridgeProgram.Assembly, "ping", "rpmsg0", "echo", "--wait", "--config", pair.A.ConfigurationFile]));

            (int exitCode, _, string errors) = await ping.ExitAsync();

            Assert.Equal(1, exitCode);
            Assert.Matches(
                $@"^rpmsg-bridge: not permitted: this user may not enter the directory {pair.A.RunDirectory}, which belongs to group (\S+) \(mode 0050\): `sudo usermod -aG \1 {Environment.UserName}`, then log in anew\.\n$",
                errors);
        }
        finally
        {
            File.SetUnixFileMode(pair.A.RunDirectory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    [Fact]
    public async Task Rings_OfBothSides_AgreeOnWhatTheLinkCarried()
    {
        await using GatewayPair pair = await GatewayPair.JoinAsync(BridgePlan.OnLoopback("tcp"));
        (Application offering, Application opening) = await pair.TalkAsync("echo");
        using (offering)
        using (opening)
        {
            await opening.SendAsync("one"u8.ToArray());
            await offering.ReceiveAsync();
            string text = await RingsAsync(pair.A);
            Assert.Contains("ring 1, driver and gateway", text, StringComparison.Ordinal);
            Assert.Contains("its indices are known only there: run `rpmsg-bridge rings` there too.", text, StringComparison.Ordinal);
            Assert.Contains("ring 2, gateway and device", await RingsAsync(pair.B), StringComparison.Ordinal);
            await Bounds.UntilAsync(
                async () => await PostedAsync(pair.A) is var (posted, used) && posted == used && (posted, used) == await PostedAsync(pair.B), "both sides' sequences of queue 1 to be the same");
        }
    }

    private static async Task<string> RingsAsync(TestGateway gateway, params string[] options)
    {
        (int exitCode, string output, string errors) = await BridgeProgram.RunAsync(["rings", "rpmsg0", "--config", gateway.ConfigurationFile, .. options]);
        Assert.Equal((0, ""), (exitCode, errors));
        return output;
    }

    private static async Task<(long Posted, long Used)> PostedAsync(TestGateway gateway)
    {
        using var report = System.Text.Json.JsonDocument.Parse(await RingsAsync(gateway, "--json"));
        System.Text.Json.JsonElement queue = report.RootElement.GetProperty("devices")[0].GetProperty("queues")[1];
        Assert.Equal(queue.GetProperty("size").GetInt32(), queue.GetProperty("withDriver").GetInt32() + queue.GetProperty("withDevice").GetInt32());
        return (queue.GetProperty("posted").GetInt64(), queue.GetProperty("used").GetInt64());
    }

    private static async Task SaysAsync(TestGateway gateway, int expected, string sentence, params string[] arguments)
    {
        (int exitCode, string output, string errors) = await BridgeProgram.RunAsync([.. arguments, "--config", gateway.ConfigurationFile]);
        Assert.Equal((expected, "", $"rpmsg-bridge: {sentence}\n"), (exitCode, output, errors));
    }
}
