using System.Text.Json.Nodes;
using Bridge.EndToEnd.Tests.Gateways;
using Bridge.EndToEnd.Tests.Processes;

namespace Bridge.EndToEnd.Tests.Guests;

/// <summary>A network card over two gateways: DPDK is the back end behind B. One thread at a time.</summary>
internal sealed class BridgedCard : IAsyncDisposable
{
    private const string Device = "net0";

    private readonly TemporaryDirectory _directory = new();
    private GatewayPair? _pair;
    private RunningProcess? _backEnd;

    private BridgedCard()
    {
    }

    public GatewayPair Pair => _pair!;

    /// <summary>What a front end connects to.</summary>
    public string FrontEndSocket => Path.Combine(Pair.A.RunDirectory, $"{Device}.vhost");

    private string BackEndSocket => _directory.File("net.sock");

    /// <summary>Starts the gateways with a back end that answers ARP and echo requests by itself.</summary>
    /// <param name="plan">How they are joined.</param>
    /// <param name="unsealedMemory">The front end's memory cannot be sealed, and is taken all the same.</param>
    public static async Task<BridgedCard> StartAsync(BridgePlan plan, bool unsealedMemory = false)
    {
        BridgedCard card = new();
        try
        {
            card._backEnd = await PacketForwarder.StartAsync(Machine.Here, "icmpecho", PacketForwarder.BackEnd(card.BackEndSocket));
            card._pair = await GatewayPair.StartAsync(plan with { Devices = [Device], Services = [], Devise = (a, b) => card.PlugIn(a, b, unsealedMemory) });
            await Bounds.UntilAsync(() => File.Exists(card.FrontEndSocket), "the front end's socket", card.Pair.Describe);
            return card;
        }
        catch
        {
            await card.DisposeAsync();
            throw;
        }
    }

    /// <summary>Kills the back end; another one takes its place, which passes frames to and from the interface in a namespace.</summary>
    public async Task ReplaceBackEndAsync(CardNamespace place, string address)
    {
        await _backEnd!.SignalAsync("KILL");
        await _backEnd.ExitAsync();
        await _backEnd.DisposeAsync();
        await Pair.B.UntilLoggedAsync("back end has gone");
        // DPDK does not bind where a file is.
        File.Delete(BackEndSocket);
        _backEnd = await PacketForwarder.StartAsync(place.Machine, "io", PacketForwarder.BackEnd(BackEndSocket), CardNamespace.Device);
        await place.AddressAsync(address);
        await Pair.B.UntilLoggedAsync("to begin anew with what the lost one had");
    }

    /// <summary>For failures.</summary>
    public string Describe() => $"{Pair.Describe()}\nBack end: {_backEnd?.Describe()}";

    public async ValueTask DisposeAsync()
    {
        if (_pair is not null)
            await _pair.DisposeAsync();
        if (_backEnd is not null)
            await _backEnd.DisposeAsync();
        _directory.Dispose();
    }

    private void PlugIn(JsonNode a, JsonNode b, bool unsealedMemory)
    {
        (a[Device]!["type"], a[Device]!["port"], a[Device]!["unsealedMemory"]) = ("net", "vhost-user", unsealedMemory);
        (b[Device]!["type"], b[Device]!["port"], b[Device]!["socket"]) = ("net", "vhost-user", BackEndSocket);
    }
}
