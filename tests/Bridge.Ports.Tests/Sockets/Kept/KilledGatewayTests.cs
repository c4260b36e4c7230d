using Bridge.Linux;
using Microsoft.Extensions.Logging.Abstractions;

namespace Bridge.Ports.Tests.Sockets.Kept;

/// <summary>Both gateways, with relays, ports, files and real sockets, are killed after any store: from application to application exactly once and in order.</summary>
[Trait("Category", "Resume")]
public sealed class KilledGatewayTests
{
    private const int Messages = 1500;

    [Theory]
    [InlineData(true, null, 31)]
    [InlineData(false, null, 32)]
    [InlineData(true, 4096, 33)]
    public async Task Kills_OfBothGatewaysUnderLoad_LoseRepeatAndReorderNothing(bool flow, int? sendBuffer, int seed)
    {
        Random random = new(seed);
        await using KeptBridge bridge = await KeptBridge.Start(NullLogger.Instance, change: o => o with { Flow = flow, SendBufferSize = sendBuffer });
        using SeqPacketSocket server = await bridge.Open("d/services/echo");
        using SeqPacketSocket client = await bridge.Open("v/channels/echo");
        NumberedTalk up = new(client, server, Messages, random);
        NumberedTalk down = new(server, client, Messages, random);
        await bridge.Until(() => { up.Step(reads: true); return up.Received > 0 || up.Error is not null; });
        uint? address = AddressOf(bridge.Driver, "channels");

        await bridge.Until(() =>
        {
            if (random.Next(3) == 0)
            {
                KeptGateway doomed = random.Next(2) == 0 ? bridge.Driver : bridge.Device;
                doomed.Fuse = doomed.Fuse > 0 ? doomed.Fuse : random.Next(1, 400);
            }
            else if (random.Next(50) == 0)
            {
                bridge.Cut();
            }

            up.Step(reads: random.Next(4) > 0);
            down.Step(reads: random.Next(4) > 0);
            return (up.IsOver && down.IsOver) || up.Error is not null || down.Error is not null;
        });

        Assert.Null(up.Error);
        Assert.Null(down.Error);
        Assert.True(bridge.Driver.Kills >= 10 && bridge.Device.Kills >= 10, $"{bridge.Driver.Kills} and {bridge.Device.Kills} kills");
        Assert.Equal(address, AddressOf(bridge.Driver, "channels"));
    }

    private static uint? AddressOf(KeptGateway gateway, string directory) =>
        gateway.ReadStatus().Entries.Single(e => e.Path.Contains($"/{directory}/", StringComparison.Ordinal)).LocalAddress;
}
