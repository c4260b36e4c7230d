using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Bridge.EndToEnd.Tests.Gateways;

namespace Bridge.EndToEnd.Tests.Kernel;

/// <summary>A guest behind gateway A and another one at gateway B, joined by B's cross-connect. One thread at a time.</summary>
internal sealed class TwoGuests : IAsyncDisposable
{
    /// <summary>What each guest's endpoint has in front of the other's: no other address of the two is the same.</summary>
    public const int AddressAtA = 400, AddressAtB = 500;

    private const string Device = "rpmsg0";

    private GuestKernel? _a, _b;

    private TwoGuests(GatewayPair pair) => Pair = pair;

    public GatewayPair Pair { get; }

    /// <summary>The guest behind A.</summary>
    public GuestKernel AtA => _a!;

    /// <summary>The guest at B.</summary>
    public GuestKernel AtB => _b!;

    /// <summary>Starts the gateways; guests are booted by the test, in its order.</summary>
    public static async Task<TwoGuests> StartAsync(BridgePlan plan) =>
        new(await GatewayPair.StartAsync(plan with { Services = [], Devise = Join }));

    /// <summary>Boots the guest behind A and waits until its driver runs.</summary>
    public async Task BootAtAAsync() => _a = await BootAsync(Pair.A);

    /// <summary>Boots the guest at B and waits until its driver runs.</summary>
    public async Task BootAtBAsync() => _b = await BootAsync(Pair.B);

    /// <summary>Boots a guest again, the other one goes on, and waits until both drivers run.</summary>
    public async Task RebootAsync(GuestKernel guest)
    {
        int log = guest.Log.Length;
        await guest.RebootAsync();
        await guest.WaitForLogAsync("rpmsg host is online", log);
        await UntilReadyAsync();
    }

    /// <summary>Waits until both drivers run and the link is up.</summary>
    public Task UntilReadyAsync() => Task.WhenAll(Pair.A.UntilReadyAsync(), Pair.B.UntilReadyAsync());

    /// <summary>An endpoint with both addresses in the guest behind A, open at descriptor 3 of its shell.</summary>
    public Task OpenAtAAsync() => OpenAsync(AtA, AddressAtA, AddressAtB);

    /// <summary>The same in the guest at B, the addresses the other way round.</summary>
    public Task OpenAtBAsync() => OpenAsync(AtB, AddressAtB, AddressAtA);

    /// <summary>A message each way.</summary>
    public async Task ExchangeAsync()
    {
        await AtA.RunAsync("rpmsg send fd:3 question");
        Assert.Equal("8 question", await AtB.RunAsync("rpmsg read fd:3"));
        await AtB.RunAsync("rpmsg send fd:3 answer");
        Assert.Equal("6 answer", await AtA.RunAsync("rpmsg read fd:3"));
    }

    /// <summary>Numbered messages both ways at once: each arrives once, in order.</summary>
    public async Task BurstAsync(int count, int seed)
    {
        Task<GuestAnswer> atA = BurstAsync(AtA, count, seed, seed + 1), atB = BurstAsync(AtB, count, seed + 1, seed);
        GuestAnswer[] answers = await Task.WhenAll(atA, atB);

        string expected = $"received={count} lost=0 duplicated=0 reordered=0 corrupted=0\nsent={count}";
        if (answers.Any(answer => answer.Output != expected))
            Assert.Fail($"Seed {seed}. At A: {answers[0].Output}\nAt B: {answers[1].Output}\n{await Pair.B.StatusAsync()}\n{Pair.Describe()}");
    }

    /// <summary>The number of each driver's present life, as B's status tells it.</summary>
    public async Task<(long A, long B)> EpochsAsync()
    {
        JsonElement device = (await Pair.B.StatusAsync()).GetProperty("devices")[0];
        return (device.GetProperty("epoch").GetInt64(), device.GetProperty("localDriver").GetProperty("epoch").GetInt64());
    }

    public async ValueTask DisposeAsync()
    {
        foreach (GuestKernel? guest in new[] { _a, _b })
        {
            if (guest is not null)
                await guest.DisposeAsync();
        }

        await Pair.DisposeAsync();
    }

    private static Task<GuestAnswer> BurstAsync(GuestKernel guest, int count, int send, int receive) => guest.TryAsync(
        string.Create(
            CultureInfo.InvariantCulture,
            $"rpmsg burst-send fd:3 {send} {count} >/tmp/sent & job=$!; rpmsg burst-receive fd:3 {receive}; wait $job; cat /tmp/sent"),
        TimeSpan.FromMinutes(5));

    private static Task<string> OpenAsync(GuestKernel guest, int source, int destination) => guest.RunAsync(string.Create(
        CultureInfo.InvariantCulture, $"file=$(fixed_endpoint pair {source} {destination}) && await 60 test -c $file && exec 3<>$file"));

    private async Task<GuestKernel> BootAsync(TestGateway gateway)
    {
        string socket = Path.Combine(gateway.RunDirectory, $"{Device}.vhost");
        await Bounds.UntilAsync(() => File.Exists(socket), "the front end's socket", Pair.Describe);
        GuestKernel guest = await GuestKernel.StartAsync($"{socket}:7");
        try
        {
            await guest.WaitForLogAsync("rpmsg host is online");
            return guest;
        }
        catch
        {
            await guest.DisposeAsync();
            throw;
        }
    }

    private static void Join(JsonNode a, JsonNode b)
    {
        (a[Device]!["port"], a[Device]!["unsealedMemory"]) = ("vhost-user", true);
        (b[Device]!["port"], b[Device]!["unsealedMemory"]) = ("cross-connect", true);
    }
}
