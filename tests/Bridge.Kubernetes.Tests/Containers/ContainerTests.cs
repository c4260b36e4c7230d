using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Bridge.EndToEnd.Tests.Networks;
using Bridge.EndToEnd.Tests.Processes;

namespace Bridge.Kubernetes.Tests.Containers;

/// <summary>The image of the Containerfile, on a bootstrapped base, as two machines.</summary>
[Trait("Category", "Container")]
public sealed class ContainerTests
{
    private const int FileLength = 300_007;

    private const string Memory = "256m";

    [ContainerFact]
    public async Task Image_AsTwoMachines_PassesEchoPingAndAFile()
    {
        await using Podman podman = new();
        await podman.BuildAsync("--build-arg", "QUIC=no");
        await using NetworkPair network = await NetworkPair.CreateAsync();
        using TemporaryDirectory directory = new();
        GatewayContainer a = new(podman, "a", directory.Path, network.A.Namespace!), b = new(podman, "b", directory.Path, network.B.Namespace!);
        string fingerprintA = await a.PrepareAsync(), fingerprintB = await b.PrepareAsync();
        Configure(a.Configuration, "b", fingerprintB, [], [$"{NetworkPair.AddressB}:7117"], new JsonObject { ["side"] = "virtio" });
        Configure(b.Configuration, "a", fingerprintA, ["0.0.0.0:7117"], [], new JsonObject { ["side"] = "vhost", ["services"] = new JsonObject { ["echo"] = new JsonObject(), ["copy"] = new JsonObject() } });
        string? memory = await LimitAsync(podman);
        await using RunningProcess gatewayA = await a.StartAsync(memory), gatewayB = await b.StartAsync(memory);
        await gatewayA.WaitForAsync("Gateway a runs", gatewayA.Errors);
        await gatewayB.WaitForAsync("Gateway b runs", gatewayB.Errors);
        Assert.Contains("transports: TCP", gatewayA.Errors.Text, StringComparison.Ordinal);

        await using RunningProcess echo = podman.Start(b.Sockets, "echo", "rpmsg0", "echo");
        string ping = await podman.RunContainerAsync(a.Sockets, "ping", "rpmsg0", "echo", "--wait", "--count", "1000", "--period", "0", "--verify", "--json");
        Assert.Equal(1000, JsonNode.Parse(ping)!["received"]!.GetValue<int>());
        await CopyAsync(podman, a, b);

        // The image's user, and not root; nothing of the image can be written.
        Assert.Equal("7117", (await podman.RunAsync("exec", "a", "id", "-u")).Trim());
        Assert.NotEqual(0, (await podman.TryAsync("exec", "a", "touch", "/app/x")).ExitCode);
        Assert.Contains("CapEff:\t0000000000000000", await podman.RunAsync("exec", "a", "cat", "/proc/1/status"), StringComparison.Ordinal);
        await podman.RunAsync("kill", "--signal", "TERM", "a", "b");
        Assert.Equal((0, 0), ((await gatewayA.ExitAsync()).ExitCode, (await gatewayB.ExitAsync()).ExitCode));
    }

    [ContainerFact]
    public async Task Build_WithQuicAndNoPackageToBeHad_FailsInsteadOfLeavingItOut()
    {
        await using Podman podman = new();

        (int exitCode, string output, string errors) = await podman.TryBuildAsync();

        // The build has no network, so the base's package manager cannot have it; and a QUIC that is missing without a word would be found out in the field.
        Assert.NotEqual(0, exitCode);
        Assert.Contains("libmsquic", output + errors, StringComparison.Ordinal);
        Assert.DoesNotContain("COPY", (output + errors).Split("libmsquic")[^1], StringComparison.Ordinal);
    }

    private static void Configure(JsonObject configuration, string peer, string fingerprint, string[] listen, string[] connect, JsonObject device)
    {
        configuration["listen"] = new JsonArray([.. listen.Select(address => (JsonNode)address)]);
        configuration["links"]![peer] = new JsonObject { ["fingerprint"] = fingerprint, ["connect"] = new JsonArray([.. connect.Select(address => (JsonNode)address)]), ["transport"] = "tcp" };
        configuration["devices"]!["rpmsg0"] = device;
    }

    /// <summary>A file from an application at A to one at B, each in a container of its own.</summary>
    private static async Task CopyAsync(Podman podman, GatewayContainer a, GatewayContainer b)
    {
        byte[] file = RandomNumberGenerator.GetBytes(FileLength);
        // Text passes every stream on the way unchanged.
        string[] lines = [.. Convert.ToHexStringLower(file).Chunk(400).Select(chunk => new string(chunk))];
        await using RunningProcess receiving = podman.Start(b.Sockets, "cat", "rpmsg0", "copy", "--service", "--receive-only");
        await using RunningProcess sending = podman.Start(a.Sockets, "cat", "rpmsg0", "copy", "--wait", "--send-only");
        foreach (string line in lines)
            await sending.TypeAsync(line);
        sending.EndInput();
        (int exitCode, _, string errors) = await sending.ExitAsync();
        Assert.True(exitCode == 0, errors);
        (exitCode, string received, errors) = await receiving.ExitAsync();
        Assert.True(exitCode == 0, errors);
        Assert.Equal(SHA256.HashData(file), SHA256.HashData(Convert.FromHexString(received.Replace("\n", "", StringComparison.Ordinal))));
    }

    /// <summary>A limit, where this machine enforces one.</summary>
    private static async Task<string?> LimitAsync(Podman podman)
    {
        // Where control groups of version 2 and of version 1 have it.
        await using RunningProcess probe = podman.Start(
            ["--network", "none", "--memory", Memory, "--entrypoint", "sh"],
            "-c", "cat /sys/fs/cgroup/memory.max 2>/dev/null || cat /sys/fs/cgroup/memory/memory.limit_in_bytes");
        probe.EndInput();
        (int exitCode, string output, _) = await probe.ExitAsync();
        return exitCode == 0 && output.Trim() == "268435456" ? Memory : null;
    }
}
