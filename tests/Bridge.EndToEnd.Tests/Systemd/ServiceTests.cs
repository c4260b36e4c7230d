using System.Security.Cryptography;
using Bridge.EndToEnd.Tests.Processes;

namespace Bridge.EndToEnd.Tests.Systemd;

/// <summary>The installed service on two booted machines: what its unit promises.</summary>
[Trait("Category", "Systemd")]
public sealed class ServiceTests(ServicePair pair) : IClassFixture<ServicePair>
{
    private const string Unit = ServicePair.Unit, DropIn = $"/run/systemd/system/{Unit}.d/test.conf";

    private BootedMachine A => pair.A;

    private BootedMachine B => pair.B;

    [SystemdFact]
    public async Task Start_WithoutPeer_IsReadyAndTheStatusSaysWhatIsMissing()
    {
        await A.RunAsync("systemctl", "stop", Unit);
        // Returns when the service has said READY=1. The device's life goes on; without what is kept of it there is none.
        await B.RunAsync("systemctl", "restart", Unit);
        Assert.Equal("Not ready: link machine-a down; rpmsg0 DRIVER_OK", await B.ShowAsync(Unit, "StatusText"));
        await B.RunAsync("systemctl", "stop", Unit);
        await B.ShellAsync("rm -r /run/rpmsg-bridge/rpmsg0/.kept");
        await B.RunAsync("systemctl", "start", Unit);

        Assert.Equal("active", await B.ShowAsync(Unit, "ActiveState"));
        Assert.Equal("Not ready: link machine-a down; rpmsg0 waits for the other side", await B.ShowAsync(Unit, "StatusText"));

        await A.RunAsync("systemctl", "start", Unit);
        await B.UntilAsync(Unit, "StatusText", text => text.StartsWith("Ready: link machine-a up over ", StringComparison.Ordinal) && text.EndsWith("; rpmsg0 DRIVER_OK", StringComparison.Ordinal));
        Assert.Contains("Gateway machine-b runs", await B.JournalAsync(Unit), StringComparison.Ordinal);
        await pair.UntilJoinedAsync();
    }

    [SystemdFact]
    public Task Ping_TenThousandMessages_ComeBackIntact() => pair.PingAsync(10_000);

    [SystemdFact]
    public async Task File_SentToTheOtherMachine_HasTheSameHash()
    {
        byte[] content = new byte[300_000];
        new Random(1).NextBytes(content);
        await A.WriteAsync("/tmp/file.base64", Convert.ToBase64String(content));
        await A.ShellAsync("base64 -d /tmp/file.base64 >/tmp/file");
        await using RunningProcess receiver = B.Start("sh", "-ec", "rpmsg-bridge cat rpmsg0 copy --service --chunk --receive-only >/tmp/file");

        await A.ShellAsync("rpmsg-bridge cat rpmsg0 copy --chunk --wait 60 --send-only </tmp/file");

        Assert.Equal(0, (await receiver.ExitAsync()).ExitCode);
        Assert.StartsWith(Convert.ToHexStringLower(SHA256.HashData(content)), await B.RunAsync("sha256sum", "/tmp/file"), StringComparison.Ordinal);
    }

    [SystemdFact]
    public async Task Watchdog_ProcessThatStandsStill_IsKilledAndServesAgain()
    {
        await B.RunAsync("mkdir", "-p", Path.GetDirectoryName(DropIn)!);
        await B.WriteAsync(DropIn, "[Service]\nWatchdogSec=5\n");
        await B.ShellAsync($"systemctl daemon-reload; systemctl restart {Unit}");
        string first = await B.ShowAsync(Unit, "WatchdogTimestampMonotonic");
        // It lives because it gives signs of life.
        await B.UntilAsync(Unit, "WatchdogTimestampMonotonic", time => time != first && time != "0");
        string process = await B.ShowAsync(Unit, "MainPID");

        await B.RunAsync("systemctl", "kill", "--kill-who=main", "--signal=STOP", Unit);

        await B.UntilAsync(Unit, "MainPID", now => now != process && now != "0");
        await B.UntilAsync(Unit, "ActiveState", state => state == "active");
        Assert.Contains("Watchdog timeout (limit 5s)!", await B.JournalAsync(Unit), StringComparison.Ordinal);
        await B.ShellAsync($"rm {DropIn}; systemctl daemon-reload; systemctl restart {Unit}");
        await pair.UntilJoinedAsync();
        await pair.PingAsync(10);
    }

    [SystemdFact]
    [Trait("Category", "Resume")]
    public async Task KillAndRestart_WithApplicationsAttached_AreAPauseToThem()
    {
        await using RunningProcess receiver = B.StartAsMember("rpmsg-bridge", "cat", "rpmsg0", "copy", "--service", "--wait", "60", "--receive-only");
        await using RunningProcess sender = A.StartAsMember("rpmsg-bridge", "cat", "rpmsg0", "copy", "--wait", "60", "--send-only");
        await sender.TypeAsync("attached");
        await receiver.WaitForAsync("attached", receiver.Output);
        string directory = await B.RunAsync("stat", "--format=%i", "/run/rpmsg-bridge"), epoch = await EpochAsync();
        List<string> lines = ["attached"];

        foreach (BootedMachine machine in new[] { B, A })
        {
            foreach (string[] command in new string[][] { ["kill", "--kill-who=main", "--signal=KILL"], ["restart"] })
            {
                string process = await machine.ShowAsync(Unit, "MainPID");
                // One message while the gateway goes, one while it is away or comes back.
                await sender.TypeAsync($"message {lines.Count}");
                await machine.RunAsync(["systemctl", .. command, Unit]);
                await sender.TypeAsync($"message {lines.Count + 1}");
                lines.AddRange([$"message {lines.Count}", $"message {lines.Count + 1}"]);

                await machine.UntilAsync(Unit, "MainPID", now => now != process && now != "0");
                await receiver.WaitForAsync($"{lines[^1]}\n", receiver.Output);
                await pair.UntilJoinedAsync();
                Assert.NotEqual("0", await machine.ShowAsync(Unit, "NFileDescriptorStore"));
            }
        }

        // Everything once, in order.
        Assert.Equal(lines, receiver.Output.ToList());
        Assert.Equal(epoch, await EpochAsync());
        Assert.Equal(directory, await B.RunAsync("stat", "--format=%i", "/run/rpmsg-bridge"));
        Assert.Equal("rpmsg-bridge rpmsg 750\n", await B.RunAsync("stat", "--format=%U %G %a", "/run/rpmsg-bridge"));
        await pair.PingAsync(10);
    }

    [SystemdFact]
    public async Task Reload_NewService_IsOfferedWithoutDisturbingTheOthers()
    {
        await using RunningProcess receiver = B.StartAsMember("rpmsg-bridge", "cat", "rpmsg0", "copy", "--service", "--wait", "60", "--receive-only");
        await using RunningProcess sender = A.StartAsMember("rpmsg-bridge", "cat", "rpmsg0", "copy", "--wait", "60");
        await sender.TypeAsync("before");
        await receiver.WaitForAsync("before", receiver.Output);
        string epoch = await EpochAsync();

        await B.WriteAsync(ServicePair.Configuration, ServicePair.ConfigurationB(pair.FingerprintA, "copy", "more"));
        await B.RunAsync("systemctl", "reload", Unit);

        await Bounds.UntilAsync(async () => (await B.TryAsync("test", "-S", "/run/rpmsg-bridge/rpmsg0/services/more")).ExitCode == 0, "the new service", receiver.Describe);
        await sender.TypeAsync("after");
        await receiver.WaitForAsync("after", receiver.Output);
        await B.WriteAsync(ServicePair.Configuration, ServicePair.ConfigurationB(pair.FingerprintA, "copy"));
        Assert.Equal("devices:rpmsg0:services:more: is not offered any more\n", await B.RunAsMemberAsync("rpmsg-bridge", "reload"));
        Assert.Equal(1, (await B.TryAsync("test", "-S", "/run/rpmsg-bridge/rpmsg0/services/more")).ExitCode);
        Assert.Equal(epoch, await EpochAsync());
        await sender.TypeAsync("at last");
        await receiver.WaitForAsync("at last", receiver.Output);
    }

    [SystemdFact]
    public async Task Reload_WrongFile_FailsWithTheReasonAndChangesNothing()
    {
        string before = await EpochAsync();
        await B.WriteAsync(ServicePair.Configuration, ServicePair.ConfigurationB(pair.FingerprintA, "copy", "more"));
        // The name service's own address space: nobody may have 54.
        await B.ShellAsync($"sed -i 's/30/54/' {ServicePair.Configuration}");
        Assert.NotEqual(0, (await B.TryAsync("systemctl", "reload", Unit)).ExitCode);
        (int exitCode, _, string errors) = await B.TryAsync("rpmsg-bridge", "reload");

        Assert.Equal(78, exitCode);
        Assert.Contains("devices:rpmsg0:services:echo:address: 54 ", errors, StringComparison.Ordinal);
        Assert.Contains($"Reload of {ServicePair.Configuration} changed nothing: devices:rpmsg0:services:echo:address: 54 ", await B.JournalAsync(Unit), StringComparison.Ordinal);
        Assert.Equal("active", await B.ShowAsync(Unit, "ActiveState"));
        Assert.Equal(1, (await B.TryAsync("test", "-S", "/run/rpmsg-bridge/rpmsg0/services/more")).ExitCode);
        await B.WriteAsync(ServicePair.Configuration, ServicePair.ConfigurationB(pair.FingerprintA, "copy"));
        await B.RunAsync("systemctl", "reload", Unit);
        Assert.Equal(before, await EpochAsync());
        await pair.PingAsync(10);
    }

    [SystemdFact]
    public async Task Reload_PeersKey_DecidesWhoMayConnectAndTheDeviceLivesOn()
    {
        string before = await EpochAsync();
        await B.WriteAsync(ServicePair.Configuration, ServicePair.ConfigurationB(pair.FingerprintB, "copy"));
        await B.RunAsync("rpmsg-bridge", "reload");
        await B.UntilAsync(Unit, "StatusText", text => text.StartsWith("Not ready: link machine-a down", StringComparison.Ordinal));

        await B.WriteAsync(ServicePair.Configuration, ServicePair.ConfigurationB(pair.FingerprintA, "copy"));
        await B.RunAsync("rpmsg-bridge", "reload");

        await pair.UntilJoinedAsync();
        Assert.Equal(before, await EpochAsync());
        await pair.PingAsync(10);
    }

    [SystemdFact]
    public async Task Upgrade_Running_KeepsConfigurationKeyAndConnections()
    {
        string next = await DebianPackages.NextRevision;
        await using RunningProcess receiver = B.StartAsMember("rpmsg-bridge", "cat", "rpmsg0", "copy", "--service", "--wait", "60", "--receive-only");
        await using RunningProcess sender = A.StartAsMember("rpmsg-bridge", "cat", "rpmsg0", "copy", "--wait", "60", "--send-only");
        await sender.TypeAsync("before");
        await receiver.WaitForAsync("before", receiver.Output);
        string files = await FilesAsync(), process = await B.ShowAsync(Unit, "MainPID");

        await B.RunAsync("dpkg", "--install", $"/opt/packages/{next}");

        Assert.EndsWith("-2", (await B.RunAsync("dpkg-query", "--show", "--showformat=${Version}", DebianPackages.Name)).Trim(), StringComparison.Ordinal);
        Assert.Equal(files, await FilesAsync());
        Assert.DoesNotContain(await B.ShowAsync(Unit, "MainPID"), new[] { process, "0" });
        await sender.TypeAsync("after");
        await receiver.WaitForAsync("after", receiver.Output);
        await pair.UntilJoinedAsync();
        await pair.PingAsync(10);
    }

    [SystemdFact]
    public async Task Stop_Running_EndsInOrderAndNobodyListens()
    {
        await B.RunAsync("systemctl", "stop", Unit);

        Assert.Equal(("success", "0"), (await B.ShowAsync(Unit, "Result"), await B.ShowAsync(Unit, "ExecMainStatus")));
        Assert.Contains("Gateway machine-b has stopped.", await B.JournalAsync(Unit), StringComparison.Ordinal);
        // Nor does systemd: it keeps sockets for a restart only. 00010000: who listens.
        Assert.Equal("0", await B.ShowAsync(Unit, "NFileDescriptorStore"));
        Assert.Equal("", await B.ShellAsync("grep -E ' 00010000 .* /run/rpmsg-bridge/' /proc/net/unix || true"));
        await B.RunAsync("systemctl", "start", Unit);
        await pair.UntilJoinedAsync();
    }

    [SystemdFact]
    public async Task Socket_PeerDials_StartsTheServiceWhichTakesThePortOver()
    {
        await B.ShellAsync($"systemctl stop {Unit}; systemctl start rpmsg-bridge.socket");

        // A has been dialling all the time.
        await B.UntilAsync(Unit, "ActiveState", state => state == "active");
        await pair.UntilJoinedAsync();
        Assert.Contains("[::]:7117 (tcp)", await B.RunAsync("rpmsg-bridge", "status", "--json"), StringComparison.Ordinal);
        await pair.PingAsync(10);
        // The port is the manager's: it stays open while the gateway is away, and is there for the next one.
        await B.RunAsync("systemctl", "restart", Unit);
        await pair.UntilJoinedAsync();
        Assert.Equal("active", await B.ShowAsync("rpmsg-bridge.socket", "ActiveState"));
        await B.ShellAsync($"systemctl stop rpmsg-bridge.socket {Unit}; systemctl start {Unit}");
        await pair.UntilJoinedAsync();
    }

    /// <summary>The device's life on A, which a driver would notice the end of.</summary>
    private async Task<string> EpochAsync() => await A.ShellAsync("rpmsg-bridge status --json | grep '\"epoch\"'");

    private Task<string> FilesAsync() => B.ShellAsync($"sha256sum {ServicePair.Configuration} /etc/rpmsg-bridge/identity.pem; stat --format=%i /run/rpmsg-bridge");
}
