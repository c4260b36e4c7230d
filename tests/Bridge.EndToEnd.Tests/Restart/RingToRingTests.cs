using System.Text.Json;
using System.Text.Json.Nodes;
using Bridge.EndToEnd.Tests.Gateways;
using Bridge.Gateway.Applications;
using Bridge.Gateway.Lab;

namespace Bridge.EndToEnd.Tests.Restart;

/// <summary>What has reached a ring, whatever becomes of the sockets at both ends: no descriptor store here, so that the applications of a killed gateway connect anew.</summary>
[Trait("Category", "Resume")]
public sealed class RingToRingTests
{
    private const string Device = "rpmsg0", Service = "echo";
    private const int Kills = 6, GraceSeconds = 300;

    [Fact]
    public async Task Kill_MessagesInRings_ArriveOnceInOrder()
    {
        await using GatewayPair pair = await GatewayPair.JoinAsync(BridgePlan.OnLoopback("tcp") with
        {
            KeepAliveSeconds = 1,
            Devise = static (a, b) =>
            {
                a[Device]!["channels"] = new JsonObject { ["graceSeconds"] = GraceSeconds };
                b[Device]!["services"]![Service]!["graceSeconds"] = GraceSeconds;
            },
        });
        using LabConnection atB = await OpenAsync(SocketTarget.Service(pair.B.Places, Device, Service));
        using LabConnection atA = await OpenAsync(SocketTarget.Channel(pair.A.Places, Device, Service));

        for (int kill = 0; kill < Kills; kill++)
        {
            TestGateway killed = kill % 2 == 0 ? pair.A : pair.B;
            HeldFlow there = new("to B", atA, atB, seed: 2 * kill), back = new("to A", atB, atA, seed: (2 * kill) + 1);
            long earlierA = await SentAsync(pair.A), earlierB = await SentAsync(pair.B);
            there.Send();
            back.Send();
            long inRingsA = await UntilFullAsync(pair.A, earlierA), inRingsB = await UntilFullAsync(pair.B, earlierB);

            await killed.KillAsync();
            await killed.StartAsync();
            await Task.WhenAll(there.ReceiveAsync(), back.ReceiveAsync()).Bounded();

            // What the killed gateway had not read from its own application's socket is another matter.
            Verify(there, killed == pair.A ? inRingsA : there.Delivery.Accepted, pair);
            Verify(back, killed == pair.B ? inRingsB : back.Delivery.Accepted, pair);
        }
    }

    private static void Verify(HeldFlow flow, long inRings, GatewayPair pair)
    {
        Delivery delivery = flow.Delivery;
        string context = $"{flow}: {inRings} of {delivery.Accepted} messages were in rings, {delivery.Received} received, {delivery.Reordered} reordered.\n{pair.Describe()}";
        Assert.True(inRings > 0, context);
        RestartCase.RingToRing.Verify(delivery.LostBelow(inRings), 0, delivery.Duplicated - delivery.Repeated, delivery.Repeated, context);
        Assert.True((delivery.Reordered, delivery.Foreign, flow.Corrupted) == (0, 0, 0), context);
    }

    /// <summary>Waits until nothing more goes from the sockets into the rings, because nobody reads at the other end; how many messages have gone.</summary>
    private static async Task<long> UntilFullAsync(TestGateway gateway, long earlier)
    {
        long last = -1, now = earlier;
        await Bounds.UntilAsync(
            async () =>
            {
                (last, now) = (now, await SentAsync(gateway));
                return now > earlier && now == last;
            },
            $"{gateway.Name}'s rings are full");
        return now - earlier;
    }

    /// <summary>Messages that have gone from the application to the bus.</summary>
    private static async Task<long> SentAsync(TestGateway gateway) =>
        (await gateway.ChannelsAsync()).EnumerateArray().Sum(static one => one.TryGetProperty("sent", out JsonElement sent) ? sent.GetInt64() : 0);

    private static Task<LabConnection> OpenAsync(SocketTarget target) => LabConnection.OpenAsync(target, reconnects: true, TimeProvider.System, CancellationToken.None);
}
