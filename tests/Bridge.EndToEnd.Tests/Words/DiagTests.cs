using System.Text.Json;
using Bridge.EndToEnd.Tests.Gateways;
using Bridge.EndToEnd.Tests.Processes;

namespace Bridge.EndToEnd.Tests.Words;

/// <summary>One archive with everything, with a gateway and without one.</summary>
public sealed class DiagTests
{
    [QuicFact]
    [Trait("Category", "Quic")]
    public async Task Diag_OfARunningGateway_HasEverythingAndReachesThePeer()
    {
        using TemporaryDirectory directory = new();
        await using GatewayPair pair = await GatewayPair.JoinAsync(BridgePlan.OnLoopback("auto"));
        string archive = directory.File("a.tar.gz"), address = pair.B.Configuration["listen"]![0]!.GetValue<string>();

        (int exitCode, string output, string errors) = await BridgeProgram.RunAsync("diag", "--output", archive, "--admin-socket", pair.A.Configuration["adminSocket"]!.GetValue<string>());

        Assert.True(exitCode == 0, errors);
        Assert.EndsWith(archive + "\n", output, StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(archive));
        Dictionary<string, string> files = UnpackedArchive.Read(archive);
        Assert.Equal(
            ["buffers.txt", "channels.json", "configuration.json", "events.txt", "metrics.txt", "rings.json", "self-test.txt", "status.json", "versions.txt"],
            files.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("a", JsonDocument.Parse(files["status.json"]).RootElement.GetProperty("name").GetString());
        Assert.Contains($"links:b:fingerprint = {pair.B.Fingerprint}", files["configuration.json"], StringComparison.Ordinal);
        Assert.Contains("Gateway a runs", files["events.txt"], StringComparison.Ordinal);
        Assert.Contains("rpmsg_bridge_ready 1", files["metrics.txt"], StringComparison.Ordinal);
        Assert.Contains("rmem_max", files["buffers.txt"], StringComparison.Ordinal);
        Assert.Contains("libmsquic", files["versions.txt"], StringComparison.Ordinal);
        Assert.Contains($"b {address} at {address}\n  TCP  reachable", files["self-test.txt"], StringComparison.Ordinal);
        Assert.Contains("  UDP  reachable, QUIC is spoken there; path MTU at least 1500 bytes", files["self-test.txt"], StringComparison.Ordinal);
        Assert.DoesNotContain(files.Values, text => text.Contains("PRIVATE KEY", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Diag_WithoutAGateway_SaysSoAndCollectsTheRest()
    {
        using TemporaryDirectory directory = new();
        await using GatewayPair pair = await GatewayPair.StartAsync(BridgePlan.OnLoopback("tcp"));
        await pair.A.SignalAsync("TERM");
        await pair.A.ExitAsync();
        string archive = directory.File("a.tar.gz");

        (int exitCode, string output, _) = await BridgeProgram.RunAsync("diag", "--output", archive, "--config", pair.A.ConfigurationFile);
        (int again, _, string errors) = await BridgeProgram.RunAsync("diag", "--output", archive, "--config", pair.A.ConfigurationFile, "--no-self-test");

        Assert.Equal((0, 1), (exitCode, again));
        Assert.StartsWith("Without a running gateway: no gateway answers on ", output, StringComparison.Ordinal);
        Assert.Contains("Name another file with --output.", errors, StringComparison.Ordinal);
        Dictionary<string, string> files = UnpackedArchive.Read(archive);
        Assert.Equal(["buffers.txt", "configuration.json", "gateway.txt", "self-test.txt", "versions.txt"], files.Keys.Order(StringComparer.Ordinal));
        Assert.Contains("  TCP  reachable", files["self-test.txt"], StringComparison.Ordinal);
        Assert.Contains("  UDP  not used (transport tcp)", files["self-test.txt"], StringComparison.Ordinal);
    }
}
