using Bridge.Ports.Sockets;

namespace Bridge.Ports.Tests.Sockets;

/// <summary>Services that change while the device lives.</summary>
public sealed class ConfiguredServicesTests
{
    [Fact]
    public async Task Set_OtherTerms_HoldAtOnceAndTheConversationGoesOn()
    {
        await using Loopback loopback = await StartAsync(new ServiceOptions("a"));
        (Application client, Application server) = await loopback.OpenPair("a");
        Assert.False(File.Exists(loopback.Run["d/services/a"]));

        await loopback.Do(() => loopback.Device.SetServices([new ServiceOptions("a") { Terms = new EntryTerms(Peers: 2) }]));

        using Application second = await loopback.Open("d/services/a");
        await client.Send("still"u8.ToArray());
        Assert.Equal("still"u8.ToArray(), await server.Receive());
        client.Dispose();
        server.Dispose();
    }

    [Fact]
    public async Task Set_OneMoreAndOneLess_LeavesTheThirdAlone()
    {
        await using Loopback loopback = await StartAsync(new ServiceOptions("stays"), new ServiceOptions("goes"));
        (Application client, Application server) = await loopback.OpenPair("stays");
        (Application lost, Application left) = await loopback.OpenPair("goes");

        await loopback.Do(() => loopback.Device.SetServices([new ServiceOptions("stays"), new ServiceOptions("comes")]));

        Assert.Empty(await left.Receive());
        Assert.Empty(await lost.Receive());
        (Application newer, Application newest) = await loopback.OpenPair("comes");
        await client.Send("still"u8.ToArray());
        Assert.Equal("still"u8.ToArray(), await server.Receive());
        await loopback.Until(() => !File.Exists(loopback.Run["d/services/goes"]) && !File.Exists(loopback.Run["v/channels/goes"]));
        foreach (Application application in new[] { client, server, lost, left, newer, newest })
            application.Dispose();
    }

    [Fact]
    public async Task Set_AddressesExchanged_AreTaken()
    {
        await using Loopback loopback = await StartAsync(new ServiceOptions("a", 40), new ServiceOptions("b", 41));
        ServiceOptions[] wanted = [new("a", 41), new("b", 40)];

        await loopback.Do(() => Assert.Null(loopback.Device.FindServiceConflict(wanted)));
        await loopback.Do(() => loopback.Device.SetServices(wanted));

        SocketsStatus status = await loopback.DeviceStatus();
        Assert.Equal([("a", 41u), ("b", 40u)], status.Entries.Where(entry => entry.Kind == EntryKind.Service).Select(entry => (entry.Name, entry.LocalAddress!.Value)));
    }

    [Fact]
    public async Task FindConflict_AddressOfAnother_IsNamed()
    {
        await using Loopback loopback = await StartAsync(new ServiceOptions("a", 40));

        await loopback.Do(() => Assert.Contains(
            "service b: an endpoint has address 40", loopback.Device.FindServiceConflict([new ServiceOptions("a", 40), new ServiceOptions("b", 40)]), StringComparison.Ordinal));
    }

    private static Task<Loopback> StartAsync(params ServiceOptions[] services) => Loopback.Start(device: options => options with { Services = services });
}
