using Bridge.Ports.Sockets;
using Bridge.Ports.Sockets.Access;

namespace Bridge.Ports.Tests.Sockets.Access;

/// <summary>Rates: a sender that can wait waits and loses nothing, one that cannot falls under the policy for slow readers. The clock stands until the test moves it.</summary>
[Trait("Category", "Security")]
public sealed class RateTests
{
    private const int Rate = 10;

    private static readonly ServiceOptions[] s_services = [new("a", 30), new("b", 31)];

    [Fact]
    public async Task Out_FasterThanTheRate_TheApplicationWaitsAndNothingIsLost()
    {
        SteppedTime time = new();
        await using Loopback loopback = await Loopback.Start(
            driver: o => o with { Access = [Messages("a", AccessDirection.Out)] }, device: o => o with { Services = s_services }, time);
        (Application client, Application server) = await loopback.OpenPair("a");
        using (client)
        using (server)
        {
            for (int i = 0; i < 3 * Rate; i++)
                await client.Send(BitConverter.GetBytes(i));

            for (int second = 0; second < 3; second++)
            {
                int expected = (second + 1) * Rate;
                await loopback.Until(() => loopback.Driver.ReadStatus().Counters is { RateWaits: > 0 } c && c.FromApplications == expected);
                Assert.Equal(Enumerable.Range(second * Rate, Rate), await Receive(server, Rate));
                time.Advance(TimeSpan.FromSeconds(1));
            }

            SocketsCounters counters = (await loopback.DriverStatus()).Counters;
            Assert.Equal((0, 0, 0), (counters.DeniedOut, counters.Unsent, counters.RateDropped));
        }
    }

    [Fact]
    public async Task In_FasterThanTheRateWithFlowService_TheSenderWaitsAndNobodyElseDoes()
    {
        SteppedTime time = new();
        await using Loopback loopback = await Loopback.Start(device: o => o with { Services = s_services, Access = [Messages("a", AccessDirection.In)] }, time: time);
        (Application client, Application server) = await loopback.OpenPair("a");
        (Application otherClient, Application otherServer) = await loopback.OpenPair("b");
        using (client)
        using (server)
        using (otherClient)
        using (otherServer)
        {
            const int Count = 20 * Rate;
            Task sending = Task.Run(async () =>
            {
                for (int i = 0; i < Count; i++)
                    await client.Send(BitConverter.GetBytes(i));
            });
            // All credit is used up, the rest lies in the sender's socket.
            await loopback.Until(() => ConversationTests.Of(loopback.Driver.ReadStatus(), "channels/a").Conversation?.Credit == 0);
            Assert.Equal(Rate, (await loopback.DeviceStatus()).Counters.ToApplications);
            for (int i = 0; i < 100; i++)
                await otherClient.Send(BitConverter.GetBytes(i));
            Assert.Equal(Enumerable.Range(0, 100), await Receive(otherServer, 100));

            for (int second = 0; second < Count / Rate; second++)
            {
                Assert.Equal(Enumerable.Range(second * Rate, Rate), await Receive(server, Rate));
                time.Advance(TimeSpan.FromSeconds(1));
            }

            await sending;
            SocketsCounters counters = (await loopback.DeviceStatus()).Counters;
            Assert.Equal((0, 0, 0, 0), (counters.RateDropped, counters.Dropped, counters.Holds, counters.FlowViolations));
        }
    }

    [Fact]
    public async Task In_PeerThatClosesWhileItsMessagesWait_TheyAreStillHandedOverAndThenTheEnd()
    {
        SteppedTime time = new();
        await using Loopback loopback = await Loopback.Start(device: o => o with { Services = s_services, Access = [Messages("a", AccessDirection.In)] }, time: time);
        (Application client, Application server) = await loopback.OpenPair("a");
        using (server)
        {
            for (int i = 0; i < 2 * Rate; i++)
                await client.Send(BitConverter.GetBytes(i));
            client.Dispose();
            await loopback.Until(() => ConversationTests.Of(loopback.Device.ReadStatus(), "services/a").Conversation is { State: ConversationState.Ending, Queued: Rate });

            Assert.Equal(Enumerable.Range(0, Rate), await Receive(server, Rate));
            time.Advance(TimeSpan.FromSeconds(1));
            Assert.Equal(Enumerable.Range(Rate, Rate), await Receive(server, Rate));
            Assert.Empty(await server.Receive());
        }
    }

    [Theory]
    [InlineData(OverQuotaPolicy.Drop)]
    [InlineData(OverQuotaPolicy.Hold)]
    public async Task In_ForeignSenderFasterThanTheRate_FollowsThePolicyForSlowReadersAndIsCounted(OverQuotaPolicy policy)
    {
        SteppedTime time = new();
        const int Quota = 4;
        await using Loopback loopback = await Loopback.Start(
            device: o => o with { Services = s_services, Flow = false, Quota = Quota, OverQuota = policy, Access = [Messages("a", AccessDirection.In)] }, time: time);
        (Application client, Application server) = await loopback.OpenPair("a");
        using (client)
        using (server)
        {
            const int Count = 3 * Rate;
            for (int i = 0; i < Count; i++)
                await client.Send(BitConverter.GetBytes(i));

            Assert.Equal(Enumerable.Range(0, Rate), await Receive(server, Rate));
            if (policy == OverQuotaPolicy.Drop)
            {
                await loopback.Until(() => loopback.Device.ReadStatus().Counters.RateDropped == Count - Rate - Quota);
                time.Advance(TimeSpan.FromSeconds(1));
                Assert.Equal(Enumerable.Range(Rate, Quota), await Receive(server, Quota));
            }
            else
            {
                await loopback.Until(() => loopback.Device.ReadStatus().Counters.Holds == 1);
                time.Advance(TimeSpan.FromSeconds(1));
                Assert.Equal(Enumerable.Range(Rate, Rate), await Receive(server, Rate));
                time.Advance(TimeSpan.FromSeconds(1));
                Assert.Equal(Enumerable.Range(2 * Rate, Rate), await Receive(server, Rate));
            }

            Assert.Equal(0, (await loopback.DeviceStatus()).Counters.Dropped);
        }
    }

    [Fact]
    public async Task Bytes_OverTheRate_CountWithWhatIsOwed()
    {
        SteppedTime time = new();
        AccessRule rule = AccessTests.Rule("a", AccessDirection.Out, AccessAction.Allow) with { BytesPerSecond = 100 };
        await using Loopback loopback = await Loopback.Start(driver: o => o with { Access = [rule] }, device: o => o with { Services = s_services }, time);
        (Application client, Application server) = await loopback.OpenPair("a");
        using (client)
        using (server)
        {
            // Longer than a second's worth passes whole, and is paid for afterwards.
            await client.Send(new byte[250]);
            await client.Send(new byte[10]);
            Assert.Equal(250, (await server.Receive()).Length);
            await loopback.Until(() => loopback.Driver.ReadStatus().Counters.RateWaits == 1);
            time.Advance(TimeSpan.FromSeconds(1.4));
            Assert.Equal(1, (await loopback.DriverStatus()).Counters.FromApplications);
            time.Advance(TimeSpan.FromSeconds(0.2));
            Assert.Equal(10, (await server.Receive()).Length);
        }
    }

    [Fact]
    public async Task SetAccess_WithoutTheRate_LetsEverybodyGo()
    {
        SteppedTime time = new();
        AccessRule[] both = [Messages("a", AccessDirection.Out), Messages("a", AccessDirection.In)];
        await using Loopback loopback = await Loopback.Start(driver: o => o with { Access = both }, device: o => o with { Services = s_services, Access = both }, time);
        (Application client, Application server) = await loopback.OpenPair("a");
        using (client)
        using (server)
        {
            for (int i = 0; i < 3 * Rate; i++)
                await client.Send(BitConverter.GetBytes(i));
            await loopback.Until(() => loopback.Driver.ReadStatus().Counters.RateWaits > 0);

            await loopback.Do(() =>
            {
                loopback.Driver.SetAccess([]);
                loopback.Device.SetAccess([]);
            });

            Assert.Equal(Enumerable.Range(0, 3 * Rate), await Receive(server, 3 * Rate));
        }
    }

    [Fact]
    public async Task Priority_OfTwoThatSendAsFastAsTheyCan_HigherGoesFirstAndTheOtherIsNotStarved()
    {
        const int Count = 128;
        await using Loopback loopback = await Loopback.Start(
            driver: o => o with { Access = [Priority("low", 0), Priority("high", 7)] },
            device: o => o with { Services = [new("a", 30) { Terms = new EntryTerms(Peers: 2) }], Quota = 2 * Count });
        using Streams.StreamApplication server = await Streams.StreamApplication.Open(Streams.StreamApplication.Of(loopback, "d"), "services/a addressed");
        using Application low = await AccessTests.OpenEndpoint(loopback, "v", "low", 30), high = await AccessTests.OpenEndpoint(loopback, "v", "high", 30);
        await loopback.Until(() => Credit(loopback, "low") >= Count && Credit(loopback, "high") >= Count);

        // In one turn, so that neither gets ahead while the other is still being filled.
        await loopback.Do(() =>
        {
            for (int i = 0; i < Count; i++)
                Assert.True(low.TrySend("l"u8) && high.TrySend("h"u8));
        });

        List<byte> order = [];
        while (order.Count < 2 * Count)
            order.Add((await server.ReceiveAddressed()).Message[0]);
        int first = order.IndexOf((byte)'h'), last = order.LastIndexOf((byte)'h');
        // Which of the two is seen first is the kernel's to say. From then on the lower one gets a share of 16 after 8 shares of the higher one, and no more.
        Assert.InRange(order[first..last].Count(message => message == 'l'), 0, 2 * 16);
        Assert.Equal(Count, order.Count(message => message == 'l'));
    }

    private static long Credit(Loopback loopback, string name) => ConversationTests.Of(loopback.Driver.ReadStatus(), $"endpoints/{name}.30").Conversation?.Credit ?? 0;

    private static AccessRule Messages(string service, AccessDirection direction) =>
        AccessTests.Rule(service, direction, AccessAction.Allow) with { MessagesPerSecond = Rate };

    private static AccessRule Priority(string service, int priority) =>
        AccessTests.Rule(service, AccessDirection.Out, AccessAction.Allow) with { Priority = priority };

    private static async Task<int[]> Receive(Application application, int count)
    {
        int[] received = new int[count];
        for (int i = 0; i < count; i++)
            received[i] = BitConverter.ToInt32(await application.Receive());
        return received;
    }
}
