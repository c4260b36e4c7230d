namespace Bridge.Ports.Tests.Sockets;

/// <summary>A sockets driver port outlives a device side that lost its window (DESIGN 4).</summary>
[Trait("Category", "Resume")]
public sealed class LostDeviceTests
{
    [Fact]
    public async Task DeviceSide_IsLostWithMessagesUnderWay_ItsSuccessorGetsThemInOrder()
    {
        await using LostDeviceRig rig = new(flow: false);
        (Application client, Application server) = await Begin(rig);
        using (client)
        using (server)
        {
            await LoseWithThreeUnderWay(rig, client);
            using Application next = await rig.Serve("echo");
            await rig.Up();

            for (byte number = 1; number <= 3; number++)
            {
                Assert.Equal([number], await next.Receive());
            }

            // The conversation was with the lost one; its name is announced anew.
            Assert.Empty(await client.ReceiveToEnd());
            using Application again = await rig.Open("v/channels/echo");
            await rig.Until(() => rig.Counters.Reseeded == 3);
        }
    }

    [Fact]
    public async Task DeviceSide_IsLostWhereConversationsAreKnownToBoth_MessagesAreCountedAndTheNameIsAnnouncedAgain()
    {
        await using LostDeviceRig rig = new(flow: true);
        (Application client, Application server) = await Begin(rig);
        using (client)
        using (server)
        {
            await LoseWithThreeUnderWay(rig, client);
            using Application next = await rig.Serve("echo");
            await rig.Up();

            Assert.Empty(await client.ReceiveToEnd());
            using Application again = await rig.Open("v/channels/echo");
            await again.Send(new byte[] { 9 });
            Assert.Equal([9], await next.Receive());
            await rig.Until(() => rig.Counters is { Reseeded: 0, Unsent: 3 });
        }
    }

    private static async Task<(Application Client, Application Server)> Begin(LostDeviceRig rig)
    {
        await rig.Up();
        Application server = await rig.Serve("echo");
        Application client = await rig.Open("v/channels/echo");
        await client.Send(new byte[] { 0 });
        Assert.Equal([0], await server.Receive());
        return (client, server);
    }

    private static async Task LoseWithThreeUnderWay(LostDeviceRig rig, Application client)
    {
        await rig.Down();
        for (byte number = 1; number <= 3; number++)
        {
            await client.Send(new[] { number });
        }

        await rig.Until(() => rig.Counters.FromApplications == 4);
        await rig.LoseDevice();
    }
}
