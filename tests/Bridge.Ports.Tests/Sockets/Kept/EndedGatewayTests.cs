using System.Text;
using Bridge.Linux;
using Microsoft.Extensions.Logging.Abstractions;

namespace Bridge.Ports.Tests.Sockets.Kept;

/// <summary>A gateway ends in order (SIGTERM) and another one begins: what applications notice of it.</summary>
[Trait("Category", "Resume")]
public sealed class EndedGatewayTests
{
    private readonly byte[] _room = new byte[600];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task End_SocketsAreStored_ApplicationsNoticeNothing(bool endsDriver)
    {
        await using KeptBridge bridge = await KeptBridge.Start(NullLogger.Instance);
        using SeqPacketSocket server = await bridge.Open("d/services/echo");
        using SeqPacketSocket client = await bridge.Open("v/channels/echo");
        client.Send("one"u8);
        await Expect(bridge, server, "one");

        KeptGateway gateway = endsDriver ? bridge.Driver : bridge.Device;
        await gateway.EndAsync();
        client.Send("two"u8);
        server.Send("three"u8);
        await bridge.ReviveAsync(gateway);

        await Expect(bridge, server, "two");
        await Expect(bridge, client, "three");
    }

    [Fact]
    public async Task End_NothingIsStored_WhatWasSentArrivesThenTheEnd()
    {
        await using KeptBridge bridge = await KeptBridge.Start(NullLogger.Instance, stores: false);
        using SeqPacketSocket server = await bridge.Open("d/services/echo");
        using SeqPacketSocket client = await bridge.Open("v/channels/echo");
        client.Send("one"u8);
        await Expect(bridge, server, "one");
        client.Send("two"u8);
        client.Send("three"u8);

        await bridge.Driver.EndAsync();
        Assert.Equal(SendOutcome.Closed, client.Send("four"u8));
        await bridge.ReviveAsync(bridge.Driver);

        await Expect(bridge, server, "two");
        await Expect(bridge, server, "three");
        await Expect(bridge, server, null);
    }

    [Fact]
    public async Task Kill_NothingIsStored_PeerFindsTheEndAndTheServiceIsThereAgain()
    {
        await using KeptBridge bridge = await KeptBridge.Start(NullLogger.Instance, stores: false);
        using SeqPacketSocket server = await bridge.Open("d/services/echo");
        using SeqPacketSocket client = await bridge.Open("v/channels/echo");
        client.Send("one"u8);
        await Expect(bridge, server, "one");

        bridge.Driver.Fuse = 1;
        client.Send("lost, or not"u8);
        await bridge.Until(() => bridge.Driver.Kills == 1);

        await bridge.Until(() => client.Receive(_room, out _) is ReceiveOutcome.End or ReceiveOutcome.Reset);
        await bridge.Until(() => server.Receive(_room, out _) == ReceiveOutcome.End);
        server.Dispose();
        // Withdrawn: else the next client could still meet what has gone.
        await bridge.Until(() => !File.Exists(bridge.Path("v/channels/echo")));
        using SeqPacketSocket again = await bridge.Open("d/services/echo");
        using SeqPacketSocket next = await bridge.Open("v/channels/echo");
        next.Send("two"u8);
        await Expect(bridge, again, "two");
    }

    /// <summary>The next message is that one; null: the end.</summary>
    private async Task Expect(KeptBridge bridge, SeqPacketSocket socket, string? message)
    {
        (ReceiveOutcome outcome, int length) = (ReceiveOutcome.WouldBlock, 0);
        await bridge.Until(() => (outcome = socket.Receive(_room, out length)) != ReceiveOutcome.WouldBlock, message ?? "the end");
        Assert.Equal(message is null ? ReceiveOutcome.End : ReceiveOutcome.Packet, outcome);
        Assert.Equal(message ?? "", Encoding.UTF8.GetString(_room, 0, length));
    }
}
