using Bridge.EndToEnd.Tests.Processes;

namespace Bridge.EndToEnd.Tests.Systemd;

/// <summary>The Debian packages: what they install, and what is left of them.</summary>
[Trait("Category", "Systemd")]
public sealed class PackageTests(PackageMachine place) : IClassFixture<PackageMachine>
{
    private static readonly string[] Units = ["rpmsg-bridge.service", "rpmsg-bridge@.service", "rpmsg-bridge.socket"];

    private BootedMachine Machine => place.Machine;

    /// <summary>systemd-analyze finds unknown keys and says so, but ends well all the same.</summary>
    [SystemdFact]
    public async Task Units_Verified_LeaveNothingToSay()
    {
        await place.InstallAsync();

        Assert.Equal((0, "", ""), await VerifyAsync(Units));
        // What it would say is seen.
        await Machine.WriteAsync("/run/systemd/system/wrong.service", "[Service]\nExecStart=/bin/true\nNoSuchKey=1\n");
        Assert.Contains("NoSuchKey", (await VerifyAsync("wrong.service")).Errors, StringComparison.Ordinal);
    }

    [SystemdFact]
    public async Task Units_Sandbox_LeavesAnExposureBelowTwoAndAHalf()
    {
        await place.InstallAsync();

        foreach (string unit in Units.Where(unit => unit.EndsWith(".service", StringComparison.Ordinal)))
            Assert.Equal(0, (await ExposureAsync(unit, 24)).ExitCode);
        // The threshold is looked at.
        Assert.NotEqual(0, (await ExposureAsync(Units[0], 1)).ExitCode);
    }

    [SystemdFact]
    public async Task Package_Installed_HasUserGroupAndAKeyOfRoot()
    {
        await place.InstallAsync();

        Assert.Contains("(rpmsg)", await Machine.RunAsync("id", "rpmsg-bridge"), StringComparison.Ordinal);
        Assert.Equal("root root 600\n", await Machine.RunAsync("stat", "--format=%U %G %a", "/etc/rpmsg-bridge/identity.pem"));
        Assert.Equal("rpmsg-bridge rpmsg 750\n", await Machine.RunAsync("stat", "--format=%U %G %a", "/run/rpmsg-bridge"));
        Assert.Equal("rpmsg-bridge rpmsg 700\n", await Machine.RunAsync("stat", "--format=%U %G %a", "/var/lib/rpmsg-bridge"));
        Assert.Equal("", await Machine.RunAsync("dpkg", "--verify", DebianPackages.Name));
        // Nothing runs that nobody has configured.
        Assert.Equal("inactive", await Machine.ShowAsync(ServicePair.Unit, "ActiveState"));
    }

    [SystemdFact]
    public async Task Service_WithoutConfiguration_SaysSoOnceAndIsNotStartedAgainAndAgain()
    {
        await place.InstallAsync();

        Assert.NotEqual(0, (await Machine.TryAsync("systemctl", "start", ServicePair.Unit)).ExitCode);

        Assert.Equal(("failed", "78", "0"), (
            await Machine.ShowAsync(ServicePair.Unit, "ActiveState"),
            await Machine.ShowAsync(ServicePair.Unit, "ExecMainStatus"),
            await Machine.ShowAsync(ServicePair.Unit, "NRestarts")));
        Assert.Contains("/etc/rpmsg-bridge/gateway.json: the file cannot be read", await Machine.JournalAsync(ServicePair.Unit), StringComparison.Ordinal);
    }

    [SystemdFact]
    public async Task Template_TwoGatewaysOfOneMachine_TalkToEachOther()
    {
        await place.InstallAsync();
        string left = await IdentityAsync("left"), right = await IdentityAsync("right");
        await Machine.WriteAsync("/etc/rpmsg-bridge/left.json", $$"""
            { "listen": [], "links": { "right": { "fingerprint": "{{right}}", "connect": ["127.0.0.1:7118"] } }, "devices": { "rpmsg0": { "side": "virtio" } } }
            """);
        await Machine.WriteAsync("/etc/rpmsg-bridge/right.json", $$"""
            { "listen": ["127.0.0.1:7118"], "links": { "left": { "fingerprint": "{{left}}" } }, "devices": { "rpmsg0": { "side": "vhost", "services": { "echo": {} } } } }
            """);

        await Machine.RunAsync("systemctl", "start", "rpmsg-bridge@left", "rpmsg-bridge@right");

        await using RunningProcess echo = Machine.StartAsMember("rpmsg-bridge", "echo", "rpmsg0", "echo", "--run-directory", "/run/rpmsg-bridge-right");
        await echo.WaitForAsync("offering ");
        await Machine.RunAsMemberAsync(
            "rpmsg-bridge", "ping", "rpmsg0", "echo", "--run-directory", "/run/rpmsg-bridge-left", "--wait", "60", "--count", "10", "--period", "0", "--timeout", "60000", "--verify");
        await Machine.RunAsync("systemctl", "stop", "rpmsg-bridge@left", "rpmsg-bridge@right");
    }

    [SystemdFact]
    public async Task Package_PurgedWhileItRuns_LeavesNothingButItsUserAndGroup()
    {
        await Machine.TryAsync("dpkg", "--purge", DebianPackages.Name);
        string before = await NamesakesAsync();
        await place.InstallAsync();
        string installed = await NamesakesAsync();
        await IdentityAsync("left");
        await Machine.WriteAsync("/etc/rpmsg-bridge/left.json", """
            { "listen": [], "links": { "nobody": { "fingerprint": "sha256:0000000000000000000000000000000000000000000000000000000000000000", "connect": ["127.0.0.1:1"] } }, "devices": { "rpmsg0": { "side": "virtio" } } }
            """);
        await Machine.RunAsync("systemctl", "start", "rpmsg-bridge@left");
        string process = await Machine.ShowAsync("rpmsg-bridge@left", "MainPID");

        await Machine.RunAsync("dpkg", "--remove", DebianPackages.Name);
        Assert.Equal(1, (await Machine.TryAsync("test", "-e", $"/proc/{process}")).ExitCode);
        Assert.Equal(0, (await Machine.TryAsync("test", "-e", "/etc/rpmsg-bridge/left.json")).ExitCode);
        await Machine.RunAsync("dpkg", "--purge", DebianPackages.Name);

        Assert.Contains("/usr/lib/rpmsg-bridge/rpmsg-bridge\n", installed, StringComparison.Ordinal);
        Assert.Equal(before, await NamesakesAsync());
        Assert.Equal(1, (await Machine.TryAsync("test", "-e", "/run/rpmsg-bridge-left")).ExitCode);
    }

    /// <summary>It is built for boards that these tests do not run on; what is in it can be looked at.</summary>
    [ProgramFact("dpkg-deb")]
    public async Task Arm64Package_Contents_AreTheProgramForAnInstalledRuntime()
    {
        string package = Path.Combine(DebianPackages.Place, await DebianPackages.BuildAsync("arm64"));
        using TemporaryDirectory directory = new();
        string tree = directory.File("tree");
        await DebianPackages.RunAsync("dpkg-deb", "-R", package, tree);

        Assert.Equal("arm64", (await DebianPackages.RunAsync("dpkg-deb", "-f", package, "Architecture")).Trim());
        Assert.Contains("aspnetcore-runtime-10.0", await DebianPackages.RunAsync("dpkg-deb", "-f", package, "Depends"), StringComparison.Ordinal);
        Assert.Equal("#!/bin/sh\nexec dotnet /usr/lib/rpmsg-bridge/rpmsg-bridge.dll \"$@\"\n", await File.ReadAllTextAsync(Path.Combine(tree, "usr/bin/rpmsg-bridge")));
        string program = Path.Combine(tree, "usr/lib/rpmsg-bridge");
        string[] words = ["usr/share/man/man1/rpmsg-bridge.1.gz", "usr/share/bash-completion/completions/rpmsg-bridge", "usr/share/zsh/vendor-completions/_rpmsg-bridge", "usr/share/fish/vendor_completions.d/rpmsg-bridge.fish"];
        Assert.All(words, file => Assert.True(new FileInfo(Path.Combine(tree, file)).Length > 1000, file));
        Assert.Contains("\"Microsoft.AspNetCore.App\"", await File.ReadAllTextAsync(Path.Combine(program, "rpmsg-bridge.runtimeconfig.json")), StringComparison.Ordinal);
        Assert.All(["rpmsg-bridge.dll", "rpmsg-bridge.deps.json", "Bridge.Linux.dll", "Bridge.Link.dll"], file => Assert.True(File.Exists(Path.Combine(program, file)), file));
        // ELF: no machine code of this machine.
        Assert.DoesNotContain(Directory.EnumerateFiles(program), file => File.ReadAllBytes(file).AsSpan().StartsWith("\u007fELF"u8));
        Assert.All(Units, unit => Assert.True(File.Exists(Path.Combine(tree, "lib/systemd/system", unit)), unit));
    }

    [Fact]
    public void Template_Lines_DifferFromTheServicesInNamesOnly()
    {
        string[] service = Read("rpmsg-bridge.service"), template = Read("rpmsg-bridge@.service");

        Assert.Equal(service, template.Select(line => line
            .Replace("rpmsg bridge %i:", "rpmsg bridge:", StringComparison.Ordinal)
            .Replace("/%i.json", "/gateway.json", StringComparison.Ordinal)
            .Replace("/%i.pem", "/identity.pem", StringComparison.Ordinal)
            .Replace("rpmsg-bridge-%i", "rpmsg-bridge", StringComparison.Ordinal)));
    }

    /// <summary>Files that are called like the program; what systemd itself remembers of a unit goes with the unit's last mention.</summary>
    private Task<string> NamesakesAsync() => Machine.ShellAsync("find /etc /lib /usr /var /run -xdev -name '*rpmsg-bridge*' -not -path '/run/systemd/*' | sort");

    private static string[] Read(string unit) => [.. File.ReadLines(Path.Combine(Repository.Root, "systemd", unit)).Where(line => !line.StartsWith('#'))];

    private Task<(int ExitCode, string Output, string Errors)> VerifyAsync(params string[] units) => Machine.TryAsync(["systemd-analyze", "verify", "--man=no", .. units]);

    private Task<(int ExitCode, string Output, string Errors)> ExposureAsync(string unit, int threshold) =>
        Machine.TryAsync("systemd-analyze", "security", "--no-pager", "--offline=true", $"--threshold={threshold}", $"/lib/systemd/system/{unit}");

    private async Task<string> IdentityAsync(string name) =>
        (await Machine.RunAsync("rpmsg-bridge", "identity", "--identity", $"/etc/rpmsg-bridge/{name}.pem")).Split('\n')[0];
}
