using System.Net;
using System.Text.Json;
using Bridge.EndToEnd.Tests.Gateways;
using Bridge.EndToEnd.Tests.Loss;
using Bridge.EndToEnd.Tests.Processes;

namespace Bridge.EndToEnd.Tests.Kernel;

/// <summary>Two Linux kernels that talk to each other: two drivers, a gateway in front of each, and a cross-connect at one of them.</summary>
[Trait("Category", "Kernel")]
public sealed class TwoGuestsTests
{
    private const int Burst = 20_000;

    [KernelFact]
    public async Task Endpoints_GuestBehindTheLinkFirst_TalkAndBurstsArriveOnceInOrder()
    {
        await using TwoGuests guests = await TwoGuests.StartAsync(BridgePlan.OnLoopback("tcp"));
        await guests.BootAtAAsync();
        await guests.OpenAtAAsync();
        // Nobody can have the other address yet: the message is dropped, told, and in nobody's way.
        await guests.AtA.RunAsync("rpmsg send fd:3 early");
        await guests.Pair.B.UntilAsync(status => Counter(status, "fromRemote.noDriver") == 1, "the early message is counted");
        await guests.BootAtBAsync();
        await guests.UntilReadyAsync();
        await guests.OpenAtBAsync();

        await guests.ExchangeAsync();
        Assert.Equal("496", await guests.AtA.RunAsync("rpmsg write fd:3 496"));
        Assert.StartsWith("496 000102", await guests.AtB.RunAsync("rpmsg read fd:3"), StringComparison.Ordinal);
        Assert.Equal("496", await guests.AtB.RunAsync("rpmsg write fd:3 496"));
        Assert.StartsWith("496 000102", await guests.AtA.RunAsync("rpmsg read fd:3"), StringComparison.Ordinal);
        Assert.Equal(new GuestAnswer(1, "write: EMSGSIZE"), await guests.AtA.TryAsync("rpmsg write fd:3 497"));
        Assert.Equal(new GuestAnswer(1, "write: EMSGSIZE"), await guests.AtB.TryAsync("rpmsg write fd:3 497"));
        await guests.BurstAsync(Burst, Random.Shared.Next(1_000_000));
        await guests.ExchangeAsync();
    }

    [KernelFact]
    public Task Reboots_OfEitherGuest_WithdrawAndReplayNamesAndTheOtherGoesOn() => GuestHungException.AgainAsync(async () =>
    {
        await using TwoGuests guests = await TwoGuests.StartAsync(BridgePlan.OnLoopback("tcp"));
        await guests.BootAtBAsync();
        // Announced before there is anybody to hear of it.
        await guests.AtB.RunAsync("rpmsg create-dev /dev/rpmsg_ctrl0 rpmsg-raw 600 any");
        await guests.OpenAtBAsync();
        await guests.BootAtAAsync();
        await guests.UntilReadyAsync();
        await guests.OpenAtAAsync();
        await guests.ExchangeAsync();
        await UntilNameOfBAsync(guests);
        await CheckReportsAsync(guests.Pair.B);
        (long a, long b) = await guests.EpochsAsync();

        await guests.RebootAsync(guests.AtA);
        Assert.Equal((false, true), await SameLivesAsync(guests, a, b));
        await guests.OpenAtAAsync();
        await guests.ExchangeAsync();
        await UntilNameOfBAsync(guests);
        (a, b) = await guests.EpochsAsync();

        await guests.RebootAsync(guests.AtB);
        Assert.Equal((true, false), await SameLivesAsync(guests, a, b));
        await guests.AtA.RunAsync("gone() { ! channel rpmsg-raw; }; await 60 gone");
        await guests.OpenAtBAsync();
        // The endpoint of the guest that went on is the same as ever.
        await guests.ExchangeAsync();
        await guests.BurstAsync(1000, Random.Shared.Next(1_000_000));
    });

    [KernelFact]
    public async Task Burst_LinkCutAgainAndAgain_ArrivesOnceInOrder()
    {
        int seed = Random.Shared.Next(1_000_000);
        IPEndPoint listen = Loopback.Next(), towards = Loopback.Next();
        // Between two cuts there is room for what is sent again and more: a writer in a guest waits 15 s for progress.
        await using TcpRelay relay = new(towards, listen, seed, spacing: 20);
        BridgePlan plan = new() { KeepAliveSeconds = 1, ListenB = listen.ToString(), ConnectA = [towards.ToString()] };
        await using TwoGuests guests = await TwoGuests.StartAsync(plan);
        await Task.WhenAll(guests.BootAtAAsync(), guests.BootAtBAsync());
        await guests.UntilReadyAsync();
        await guests.OpenAtAAsync();
        await guests.OpenAtBAsync();
        await guests.ExchangeAsync();
        (int cuts, (long, long) epochs) = (relay.Cuts, await guests.EpochsAsync());

        await guests.BurstAsync(Burst, seed);

        Assert.True(relay.Cuts > cuts, $"The link was not cut. Seed {seed}. {guests.Pair.Describe()}");
        Assert.Equal(epochs, await guests.EpochsAsync());
        relay.Calm();
    }

    /// <summary>The name that the guest at B announced is a channel of the guest behind A, and works.</summary>
    private static async Task UntilNameOfBAsync(TwoGuests guests)
    {
        await guests.AtA.RunAsync("await 60 endpoint rpmsg-raw && file=$(endpoint rpmsg-raw) && await 60 test -c $file && exec 4<>$file");
        await guests.AtA.RunAsync("rpmsg send fd:4 named");
        Assert.Equal("5 named", await guests.AtB.RunAsync("[ -n \"$raw\" ] || { raw=$(endpoint rpmsg-raw) && await 60 test -c $raw && exec 4<>$raw; }; rpmsg read fd:4"));
        await guests.AtA.RunAsync("exec 4>&-");
    }

    /// <summary>What the gateway of the cross-connect shows of its two drivers.</summary>
    private static async Task CheckReportsAsync(TestGateway gateway)
    {
        JsonElement device = (await gateway.StatusAsync()).GetProperty("devices")[0];
        Assert.True(device.GetProperty("driverOk").GetBoolean() && device.GetProperty("localDriver").GetProperty("driverOk").GetBoolean(), $"{device}");
        JsonElement name = Assert.Single((await gateway.ChannelsAsync()).EnumerateArray());
        Assert.Equal(
            ("rpmsg-raw", "name", "announced by the local driver", 600),
            (name.GetProperty("name").GetString(), name.GetProperty("kind").GetString(), name.GetProperty("state").GetString(), name.GetProperty("remote").GetInt32()));
        JsonElement[] rings = [.. (await gateway.RingsAsync()).EnumerateArray()];
        Assert.Equal(["vhost", "virtio"], rings.Select(side => side.GetProperty("side").GetString()));
        Assert.All(rings, side => Assert.Equal(2, side.GetProperty("queues").GetArrayLength()));
    }

    /// <summary>Whether each driver is in the life that it was in.</summary>
    private static async Task<(bool A, bool B)> SameLivesAsync(TwoGuests guests, long a, long b)
    {
        (long nowA, long nowB) = await guests.EpochsAsync();
        return (nowA == a, nowB == b);
    }

    private static long Counter(JsonElement status, string name) => status.GetProperty("devices")[0].GetProperty("counters").GetProperty(name).GetInt64();
}
