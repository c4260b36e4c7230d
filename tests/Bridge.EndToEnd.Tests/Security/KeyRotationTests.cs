using System.Text.Json.Nodes;
using Bridge.EndToEnd.Tests.Applications;
using Bridge.EndToEnd.Tests.Gateways;
using Bridge.EndToEnd.Tests.Processes;

namespace Bridge.EndToEnd.Tests.Security;

/// <summary>A gateway gets another key, as README says it is done, while applications talk: they lose nothing and notice nothing.</summary>
[Trait("Category", "Security")]
public sealed class KeyRotationTests
{
    [Fact]
    public Task Key_ReplacedOverTcp_NoDeviceNotices() => RotateAsync("tcp");

    [QuicFact]
    [Trait("Category", "Quic")]
    public Task Key_ReplacedOverQuic_NoDeviceNotices() => RotateAsync("quic");

    [Fact]
    public async Task Reload_KeyFileThatIsNone_ChangesNothingAndSaysWhatToDo()
    {
        await using GatewayPair pair = await GatewayPair.JoinAsync(BridgePlan.OnLoopback("tcp"));
        string key = pair.A.Configuration["identity"]!.GetValue<string>();
        File.Move(key, key + ".away");

        (int exitCode, string output, string errors) = await pair.A.TryReloadAsync();

        Assert.Equal(78, exitCode);
        Assert.Contains("put the PEM file with key and certificate there", output + errors, StringComparison.Ordinal);
        Assert.Equal(1, await pair.A.ConnectionsAsync());
        File.Move(key + ".away", key);
        await pair.A.ReloadAsync();
    }

    private static async Task RotateAsync(string transport)
    {
        await using GatewayPair pair = await GatewayPair.JoinAsync(BridgePlan.OnLoopback(transport));
        using Traffic traffic = await Traffic.StartAsync(pair, [("rpmsg0", false)], ["echo"], seed: 20);
        await traffic.UntilReceivedAsync(100, pair);
        string key = pair.A.Configuration["identity"]!.GetValue<string>(), old = pair.A.Fingerprint;

        // 1. A new key beside the old one.
        (int made, string output, _) = await BridgeProgram.RunAsync("identity", "--identity", key + ".new");
        Assert.Equal(0, made);
        string fresh = output.Split('\n')[0];
        // 2. The peer takes either.
        pair.B.Configuration["links"]!["a"]!["fingerprint"] = new JsonArray(old, fresh);
        await pair.B.ReloadAsync();
        // 3. The new key in the old one's place: used from the next connection on.
        File.Move(key + ".new", key, overwrite: true);
        string changed = await pair.A.ReloadAsync();
        Assert.Contains(fresh, changed, StringComparison.Ordinal);
        Assert.Equal(1, await pair.A.ConnectionsAsync());
        Assert.Equal(fresh, (await pair.A.StatusAsync()).GetProperty("fingerprint").GetString());
        // 4. The peer takes the new one only: the connection with the old one ends at once and comes back with the new one.
        pair.B.Configuration["links"]!["a"]!["fingerprint"] = fresh;
        await pair.B.ReloadAsync();

        await pair.A.UntilConnectedAsync(2);
        await traffic.UntilReceivedAsync(100, pair);
        await traffic.StopAsync(pair);
        Assert.Contains(pair.B.LogLines, line => line.Contains(fresh, StringComparison.Ordinal) && line.Contains("up", StringComparison.OrdinalIgnoreCase));
        Assert.Equal(2, await pair.B.ConnectionsAsync());
        Assert.True((await pair.B.LinkAsync()).GetProperty("ended").TryGetProperty("UnknownPeer", out _), pair.Describe());
    }
}
