using System.Text.Json;
using System.Text.Json.Nodes;
using Bridge.EndToEnd.Tests.Guests;
using Bridge.EndToEnd.Tests.Processes;

namespace Bridge.EndToEnd.Tests.Gateways;

/// <summary>A real vhost-user back end behind one gateway, offered by the other: what a guest would find.</summary>
[Trait("Category", "VhostUser")]
public sealed class BackEndTests
{
    private const int Bytes = 1 << 20;

    [ProgramFact(StorageDaemon.Program)]
    public async Task Disk_OfQemuStorageDaemon_IsOfferedByTheOtherGatewayWhenItIsThere()
    {
        using TemporaryDirectory directory = new();
        string image = Path.Combine(directory.Path, "disk.img"), backEnd = Path.Combine(directory.Path, "blk.sock"), frontEnd = Path.Combine(directory.Path, "guest.sock");
        await File.WriteAllBytesAsync(image, new byte[Bytes]);
        await using GatewayPair pair = await GatewayPair.StartAsync(BridgePlan.OnLoopback("tcp") with
        {
            Devices = ["disk0"],
            Services = [],
            Devise = (a, b) =>
            {
                Plug(a, frontEnd);
                Plug(b, backEnd);
            },
        });
        await Bounds.UntilAsync(async () => (await StatusAsync(pair.B)).Contains("waits for a back end", StringComparison.Ordinal), "B to wait for its back end", pair.Describe);
        Assert.False(File.Exists(frontEnd));

        await using RunningProcess daemon = StorageDaemon.Start(image, backEnd);

        await Bounds.UntilAsync(() => File.Exists(frontEnd), "the socket for a front end", pair.Describe);
        string status = await StatusAsync(pair.A);
        Assert.Contains("waits for a front end", status, StringComparison.Ordinal);
        Assert.Contains("\"virtioId\":2", status, StringComparison.Ordinal);
    }

    private static void Plug(JsonNode devices, string socket)
    {
        JsonNode disk = devices["disk0"]!;
        (disk["type"], disk["port"], disk["socket"]) = ("blk", "vhost-user", socket);
    }

    private static async Task<string> StatusAsync(TestGateway gateway) => JsonSerializer.Serialize((await gateway.StatusAsync()).GetProperty("devices"));
}
