using System.Net;
using System.Text.Json;
using Bridge.EndToEnd.Tests.Applications;
using Bridge.EndToEnd.Tests.Gateways;
using Bridge.EndToEnd.Tests.Processes;
using Bridge.Gateway.Lab;

namespace Bridge.EndToEnd.Tests.Loss;

/// <summary>A path that goes dark: no packet passes for longer than the keep-alive, and nobody is told.</summary>
[Trait("Category", "Quic")]
public sealed class QuicLossTests
{
    private const int Outages = 3;

    [QuicFact]
    public async Task Traffic_PathGoesDark_ArrivesOnceInOrder()
    {
        int seed = Environment.TickCount;
        IPEndPoint listen = Loopback.Next(), towards = Loopback.Next();
        await using UdpStrand relay = new(towards, listen);
        BridgePlan plan = new() { Transport = "quic", KeepAliveSeconds = 1, ListenB = listen.ToString(), ConnectA = [towards.ToString()], Services = ["one", "two"] };
        await using GatewayPair pair = await GatewayPair.JoinAsync(plan);
        using Traffic traffic = await Traffic.StartAsync(pair, [("rpmsg0", false)], plan.Services, seed);

        for (int outage = 1; outage <= Outages; outage++)
        {
            await traffic.UntilReceivedAsync(500, pair);
            relay.Swallows = CableDirections.Both;
            await traffic.WhileAsync(async () => await TimeoutsAsync(pair.A) >= outage && await TimeoutsAsync(pair.B) >= outage, "the loss is noticed", pair.Describe, Bounds.Limit);
            relay.Swallows = CableDirections.None;
        }

        await traffic.UntilReceivedAsync(500, pair);
        await traffic.StopAsync(pair);
        Assert.Equal("quic", (await pair.A.LinkAsync()).GetProperty("transport").GetString());
    }

    private static async Task<long> TimeoutsAsync(TestGateway gateway) =>
        (await gateway.LinkAsync()).GetProperty("ended").TryGetProperty("KeepAliveTimeout", out JsonElement count) ? count.GetInt64() : 0;
}
