using System.Text.Json;
using System.Text.Json.Nodes;
using Bridge.EndToEnd.Tests.Applications;
using Bridge.EndToEnd.Tests.Gateways;
using Bridge.EndToEnd.Tests.Processes;

namespace Bridge.EndToEnd.Tests.Restart;

/// <summary>Names and the addresses behind them, of either side, whatever process has them.</summary>
[Trait("Category", "Resume")]
public sealed class AddressTests
{
    private const string Device = "rpmsg0";

    [Fact]
    public async Task Kill_EitherGatewayAndBoth_NamesAndAddressesSurvive()
    {
        await using GatewayPair pair = await GatewayPair.JoinAsync(BridgePlan.OnLoopback("tcp") with
        {
            KeepAliveSeconds = 1,
            Services = ["echo", "other"],
            Devise = static (a, b) =>
            {
                a[Device]!["channels"] = new JsonObject { ["graceSeconds"] = 300 };
                b[Device]!["services"]!["echo"]!["graceSeconds"] = 300;
            },
        });
        // One service that the configuration does not know, at either side, and one conversation.
        await CreateAsync(pair.A, "made-at-a");
        await CreateAsync(pair.B, "made-at-b");
        (Application offering, Application opening) = await pair.TalkAsync("echo");
        using (offering)
        using (opening)
        {
            await opening.SendAsync("one"u8.ToArray());
            Assert.Equal("one"u8.ToArray(), await offering.ReceiveAsync());
        }

        string epoch = await EpochAsync(pair.A);
        string[] a = await NamesAsync(pair.A, 4), b = await NamesAsync(pair.B, 4);
        foreach (TestGateway[] killed in new TestGateway[][] { [pair.A], [pair.B], [pair.A, pair.B] })
        {
            await Task.WhenAll(killed.Select(gateway => gateway.KillAsync()));
            await Task.WhenAll(killed.Select(gateway => gateway.StartAsync()));
            await Task.WhenAll(pair.A.UntilReadyAsync(), pair.B.UntilReadyAsync());

            Assert.Equal(a, await NamesAsync(pair.A, a.Length));
            Assert.Equal(b, await NamesAsync(pair.B, b.Length));
        }

        // The same life of the device, and the same peers.
        Assert.Equal((epoch, epoch), (await EpochAsync(pair.A), await EpochAsync(pair.B)));
        (offering, opening) = await pair.TalkAsync("echo");
        using (offering)
        using (opening)
        {
            await offering.SendAsync("two"u8.ToArray());
            Assert.Equal("two"u8.ToArray(), await opening.ReceiveAsync());
        }
    }

    private static async Task CreateAsync(TestGateway gateway, string service)
    {
        (int exitCode, string output, string errors) = await BridgeProgram.RunAsync(
            "control", Device, $$"""{"request":"create","service":"{{service}}","permanent":true}""", "--config", gateway.ConfigurationFile);
        Assert.Equal((0, ""), (exitCode, errors));
        Assert.Contains("\"ok\":true", output.Replace(" ", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    /// <summary>All names of a gateway with their addresses, once there are so many.</summary>
    private static async Task<string[]> NamesAsync(TestGateway gateway, int count)
    {
        string[] names = [];
        await Bounds.UntilAsync(
            async () => (names = [.. (await gateway.ChannelsAsync()).EnumerateArray().Select(Describe).Order(StringComparer.Ordinal)]).Length >= count,
            $"{count} names at {gateway.Name}",
            () => string.Join('\n', names));
        return names;
    }

    private static async Task<string> EpochAsync(TestGateway gateway) => (await gateway.StatusAsync()).GetProperty("devices")[0].GetProperty("epoch").ToString();

    private static string Describe(JsonElement one)
    {
        string Member(string name) => one.TryGetProperty(name, out JsonElement value) ? value.ToString() : "-";
        return $"{Member("kind")} {Member("name")}: {Member("address")} to {Member("remote")}";
    }
}
