using System.Globalization;
using System.Net;
using System.Text.Json;
using Bridge.EndToEnd.Tests.Applications;
using Bridge.EndToEnd.Tests.Gateways;
using Bridge.EndToEnd.Tests.Processes;

namespace Bridge.EndToEnd.Tests.Loss;

/// <summary>Real connections that are cut at any moment: applications notice nothing, and nothing is lost, repeated or reordered.</summary>
public sealed class TcpLossTests
{
    private const int Cuts = 1000;

    // A thousand connections that come up and go, on a busy machine.
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(20);

    /// <summary>Both sides dial, each through a relay, so dials cross as well.</summary>
    [Fact]
    public async Task Traffic_ConnectionsCutAtRandomMoments_ArrivesOnceInOrder()
    {
        int seed = Environment.TickCount;
        IPEndPoint listenA = Loopback.Next(), listenB = Loopback.Next(), towardsA = Loopback.Next(), towardsB = Loopback.Next();
        await using TcpRelay relayA = new(towardsA, listenA, seed);
        await using TcpRelay relayB = new(towardsB, listenB, seed + 1);
        BridgePlan plan = new()
        {
            KeepAliveSeconds = 1,
            ListenA = listenA.ToString(),
            ListenB = listenB.ToString(),
            ConnectA = [towardsB.ToString()],
            ConnectB = [towardsA.ToString()],
            Services = ["one", "two", "three"],
        };
        await using GatewayPair pair = await GatewayPair.StartAsync(plan);
        using Traffic traffic = await Traffic.StartAsync(pair, [("rpmsg0", false)], plan.Services, seed);

        long ended = 0;
        await traffic.WhileAsync(
            async () => (ended = await EndedAsync(pair.A)) >= Cuts && relayA.Cuts + relayB.Cuts >= Cuts,
            $"{Cuts} cuts",
            () => $"{relayA.Cuts} + {relayB.Cuts} cuts, {ended} connections that were up have ended.\n{pair.Describe()}",
            Limit);
        relayA.Calm();
        relayB.Calm();

        await traffic.StopAsync(pair);
        await AssertNothingElseEndedAsync(pair.A, seed);
        await AssertNothingElseEndedAsync(pair.B, seed);
    }

    /// <summary>Connections that had been up, by the gateway's own count.</summary>
    private static async Task<long> EndedAsync(TestGateway gateway) =>
        (await gateway.LinkAsync()).GetProperty("ended").EnumerateObject().Sum(reason => reason.Value.GetInt64());

    /// <summary>Cuts end connections; nobody broke the protocol, and no device was reset.</summary>
    private static async Task AssertNothingElseEndedAsync(TestGateway gateway, int seed)
    {
        JsonElement status = await gateway.StatusAsync();
        string[] reasons = [.. status.GetProperty("links")[0].GetProperty("ended").EnumerateObject().Select(reason => reason.Name)];
        string[] expected = ["TransportFailed", "KeepAliveTimeout", "Replaced", "SimultaneousOpen", "HelloTimeout"];
        string context = string.Create(CultureInfo.InvariantCulture, $"Seed {seed}. {status}");
        Assert.True(reasons.All(expected.Contains), $"Connections ended for {string.Join(", ", reasons)}. {context}");
        Assert.True(status.GetProperty("devices").EnumerateArray().All(device => device.GetProperty("counters").GetProperty("relay.epochs").GetInt64() == 1), context);
    }
}
