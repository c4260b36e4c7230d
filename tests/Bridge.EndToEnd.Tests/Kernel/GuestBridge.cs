using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Bridge.EndToEnd.Tests.Applications;
using Bridge.EndToEnd.Tests.Gateways;

namespace Bridge.EndToEnd.Tests.Kernel;

/// <summary>A guest whose rpmsg driver is behind gateway A, and applications at gateway B's sockets. One thread at a time.</summary>
internal sealed class GuestBridge : IAsyncDisposable
{
    private const string Device = "rpmsg0", Raw = "rpmsg-raw";

    private GuestKernel? _guest;

    private GuestBridge(GatewayPair pair) => Pair = pair;

    public GatewayPair Pair { get; }

    /// <summary>The guest that runs now.</summary>
    public GuestKernel Guest => _guest!;

    /// <summary>Starts the gateways, boots a guest, and waits until its driver works end to end.</summary>
    /// <param name="plan">How the gateways are joined; its services are replaced.</param>
    /// <param name="services">What applications can offer at B.</param>
    public static async Task<GuestBridge> StartAsync(BridgePlan plan, params string[] services)
    {
        Action<JsonNode, JsonNode> devise = PlugIn + plan.Devise;
        GuestBridge bridge = new(await GatewayPair.StartAsync(plan with { Services = services, Devise = devise }));
        try
        {
            await bridge.BootAsync();
            return bridge;
        }
        catch
        {
            await bridge.DisposeAsync();
            throw;
        }
    }

    /// <summary>The same over loopback, with the service <c>rpmsg-raw</c>.</summary>
    public static Task<GuestBridge> StartAsync() => StartAsync(BridgePlan.OnLoopback("tcp"), Raw);

    /// <summary>Boots a guest, another one if there was one, and waits until its driver works end to end.</summary>
    public async Task BootAsync()
    {
        if (_guest is not null)
            await _guest.DisposeAsync();
        string socket = Path.Combine(Pair.A.RunDirectory, $"{Device}.vhost");
        await Bounds.UntilAsync(() => File.Exists(socket), "the front end's socket", Pair.Describe);
        _guest = await GuestKernel.StartAsync($"{socket}:7");
        await UntilOnlineAsync();
    }

    /// <summary>Kills gateway B and removes what it kept in memory, as if its machine were gone, starts it again, and waits until the device works end to end.</summary>
    public async Task RestartDeviceSideAsync()
    {
        await Pair.B.KillAsync();
        Directory.Delete(Path.Combine(Pair.B.RunDirectory, Device, ".kept"), recursive: true);
        await Pair.B.StartAsync();
        await Task.WhenAll(Pair.A.UntilReadyAsync(), Pair.B.UntilReadyAsync());
    }

    /// <summary>Waits until the guest's driver works end to end.</summary>
    /// <param name="from">How long the kernel's log was before.</param>
    public async Task UntilOnlineAsync(int from = 0)
    {
        await Guest.WaitForLogAsync("rpmsg host is online", from);
        await Task.WhenAll(Pair.A.UntilReadyAsync(), Pair.B.UntilReadyAsync());
    }

    /// <summary>An application at B that offers a service; the guest may have taken its channel or not.</summary>
    public Task<Application> OfferAsync(string service) => Application.ConnectAsync(Pair.B.Service(Device, service));

    /// <summary>An application at B that has opened a channel which the guest announced.</summary>
    public Task<Application> OpenAsync(string channel) => Application.ConnectAsync(Pair.B.Channel(Device, channel));

    /// <summary>Whether B has a socket for a channel that the guest announced.</summary>
    public bool HasChannel(string channel) => File.Exists(Pair.B.Channel(Device, channel));

    /// <summary>An application that offers <c>rpmsg-raw</c>, and the guest's shell with the channel's file at descriptor 3; they know each other.</summary>
    public async Task<Application> TalkAsync()
    {
        Application application = await OfferAsync(Raw);
        try
        {
            // Opened when it is there: a redirection that fails would end the guest's shell.
            await Guest.RunAsync($"await 60 endpoint {Raw} && file=$(endpoint {Raw}) && await 60 test -c $file && exec 3<>$file");
            // A service learns its peer from what that sends first.
            await Guest.RunAsync("rpmsg send fd:3 hello");
            Assert.Equal("hello"u8.ToArray(), await application.ReceiveAsync());
            return application;
        }
        catch
        {
            application.Dispose();
            throw;
        }
    }

    /// <summary>A message each way on what <see cref="TalkAsync"/> opened.</summary>
    public async Task ExchangeAsync(Application application)
    {
        await Guest.RunAsync("rpmsg send fd:3 question");
        Assert.Equal("question"u8.ToArray(), await application.ReceiveAsync());
        await application.SendAsync("answer"u8.ToArray());
        Assert.Equal("6 answer", await Guest.RunAsync("rpmsg read fd:3"));
    }

    /// <summary>Numbered messages both ways at once on what <see cref="TalkAsync"/> opened: each arrives once, in order.</summary>
    public async Task BurstAsync(Application application, int count, int seed)
    {
        string seedFromGuest = (seed + 1).ToString(CultureInfo.InvariantCulture);
        NumberedFlow toGuest = new("to the guest", application, application, seed), fromGuest = new("from the guest", application, application, seed + 1);
        Task flows = Task.WhenAll(toGuest.SendAsync(count), fromGuest.ReceiveAsync());

        GuestAnswer answer = await Guest.TryAsync(
            $"rpmsg burst-send fd:3 {seedFromGuest} {count} >/tmp/sent & job=$!; rpmsg burst-receive fd:3 {seed}; wait $job; cat /tmp/sent", TimeSpan.FromMinutes(5));

        string expected = $"received={count} lost=0 duplicated=0 reordered=0 corrupted=0\nsent={count}";
        if (answer.Output != expected)
            Assert.Fail($"The guest says: {answer.Output}\nSeed {seed}. {toGuest}, {fromGuest}. A: {await Pair.A.StatusAsync()}\nB: {await Pair.B.StatusAsync()}\n{Pair.Describe()}");
        await flows.Bounded();
        fromGuest.Verify($"Seed {seed}. {Pair.Describe()}", sent: count);
    }

    /// <summary>The number of the device's present life, as B's status tells it.</summary>
    public async Task<long> EpochAsync()
    {
        JsonElement status = await Pair.B.StatusAsync();
        return status.GetProperty("devices")[0].GetProperty("epoch").GetInt64();
    }

    public async ValueTask DisposeAsync()
    {
        if (_guest is not null)
            await _guest.DisposeAsync();
        await Pair.DisposeAsync();
    }

    // User-mode Linux' memory is a plain file.
    private static void PlugIn(JsonNode a, JsonNode b) => (a[Device]!["port"], a[Device]!["unsealedMemory"]) = ("vhost-user", true);
}
