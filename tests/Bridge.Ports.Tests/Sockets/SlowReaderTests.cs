using Bridge.Ports.Sockets;

namespace Bridge.Ports.Tests.Sockets;

/// <summary>One slow reader must hold up nobody else: credit between two socket ports, hold or drop where the sender is foreign.</summary>
public sealed class SlowReaderTests
{
    // As small as the kernel allows: a few messages fit.
    private const int SmallBuffer = 4096;

    private static readonly ServiceOptions[] s_services = [new("fast"), new("slow")];

    private static SocketsOptions Small(SocketsOptions options) => options with { Services = s_services, SendBufferSize = SmallBuffer };

    [Fact]
    public async Task SlowReader_BesideAFastOne_BlocksOnlyItsOwnSender()
    {
        await using Loopback loopback = await Loopback.Start(device: Small);
        (Application slowClient, Application slowServer) = await loopback.OpenPair("slow");
        (Application fastClient, Application fastServer) = await loopback.OpenPair("fast");
        using (slowClient)
        using (slowServer)
        using (fastClient)
        using (fastServer)
        {
            int slowSent = 0;
            Task filling = Task.Run(async () =>
            {
                for (; slowSent < 2000; slowSent++)
                {
                    await slowClient.Send(BitConverter.GetBytes(slowSent));
                }
            });

            Task reading = Task.Run(async () =>
            {
                for (int i = 0; i < 5000; i++)
                {
                    Assert.Equal(i, BitConverter.ToInt32(await fastServer.Receive()));
                }
            });
            for (int i = 0; i < 5000; i++)
            {
                await fastClient.Send(BitConverter.GetBytes(i));
            }

            await reading;
            await loopback.Until(() => ConversationTests.Of(loopback.Driver.ReadStatus(), "channels/slow").Conversation?.Credit == 0);
            ConversationStatus waiting = ConversationTests.Of(await loopback.DeviceStatus(), "services/slow").Conversation!;
            Assert.InRange(waiting.Queued, 1, FlowWindow.Initial);
            Assert.False(filling.IsCompleted, "nobody reads, so the sender must be blocked");

            for (int i = 0; i < 2000; i++)
            {
                Assert.Equal(i, BitConverter.ToInt32(await slowServer.Receive()));
            }

            await filling;
            SocketsStatus status = await loopback.DeviceStatus();
            Assert.Equal((0, 0, 0), (status.Counters.FlowViolations, status.Counters.BadFlow, status.Counters.Holds));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(64)]
    [InlineData(1000)]
    public async Task Quota_AnySize_NothingIsLostAndTheWindowIsKept(int quota)
    {
        await using Loopback loopback = await Loopback.Start(driver: o => o with { Quota = quota }, device: o => Small(o) with { Quota = quota });
        (Application client, Application server) = await loopback.OpenPair("slow");
        using (client)
        using (server)
        {
            int sent = 0;
            Task sending = Task.Run(async () =>
            {
                for (; sent < 3000; sent++)
                {
                    await client.Send(BitConverter.GetBytes(sent));
                }
            });
            await loopback.Until(() => ConversationTests.Of(loopback.Driver.ReadStatus(), "channels/slow").Conversation?.Credit == 0);
            Assert.Equal(Math.Max(quota, FlowWindow.Initial), ConversationTests.Of(await loopback.DriverStatus(), "channels/slow").Conversation!.Outstanding);

            for (int i = 0; i < 3000; i++)
            {
                Assert.Equal(i, BitConverter.ToInt32(await server.Receive()));
            }

            await sending;
        }
    }

    [Fact]
    public async Task Close_WhileTheReaderIsSlow_StillHandsOverEverything()
    {
        await using Loopback loopback = await Loopback.Start(device: Small);
        (Application client, Application server) = await loopback.OpenPair("slow");
        using (server)
        {
            // Window, queue and both sockets are full: what lies in the client's socket when it closes was accepted, and must arrive.
            int sent = 0;
            await loopback.Until(() =>
            {
                while (client.TrySend(BitConverter.GetBytes(sent)))
                {
                    sent++;
                }

                return ConversationTests.Of(loopback.Driver.ReadStatus(), "channels/slow").Conversation?.Credit == 0;
            });
            client.Dispose();

            List<byte[]> packets = await server.ReceiveToEnd();

            Assert.Equal(Enumerable.Range(0, sent), packets.Select(p => BitConverter.ToInt32(p)));
        }
    }

    [Fact]
    public async Task Reset_WhileTheReaderIsSlow_HandsOverWhatWasQueuedThenEnds()
    {
        await using Loopback loopback = await Loopback.Start(device: Small);
        (Application client, Application server) = await loopback.OpenPair("slow");
        using (client)
        using (server)
        {
            for (int i = 0; i < 60; i++)
            {
                await client.Send(BitConverter.GetBytes(i));
            }

            await loopback.Until(() => ConversationTests.Of(loopback.Driver.ReadStatus(), "channels/slow").Conversation?.Sent == 60);
            await loopback.Until(() => loopback.Device.ReadStatus().Counters is { Queued: > 0 } c && c.Queued + c.ToApplications == 60);

            await loopback.Do(() => loopback.Driver.OnNeedsReset("test"));

            List<byte[]> packets = await server.ReceiveToEnd();
            Assert.Equal(Enumerable.Range(0, 60), packets.Select(p => BitConverter.ToInt32(p)));
            Assert.Empty(await client.Receive());
        }
    }

    [Fact]
    public async Task Hold_ForeignSender_WaitsForTheReaderAndLosesNothing()
    {
        await using Loopback loopback = await Loopback.Start(device: o => Small(o) with { Flow = false, Quota = 8 });
        (Application client, Application server) = await loopback.OpenPair("slow");
        using (client)
        using (server)
        {
            Task sending = Task.Run(async () =>
            {
                for (int i = 0; i < 2000; i++)
                {
                    await client.Send(BitConverter.GetBytes(i));
                }
            });
            await loopback.Until(() => ConversationTests.Of(loopback.Device.ReadStatus(), "services/slow").Conversation?.HoldsDevice == true);
            Assert.Equal(8, ConversationTests.Of(await loopback.DeviceStatus(), "services/slow").Conversation!.Queued);

            for (int i = 0; i < 2000; i++)
            {
                Assert.Equal(i, BitConverter.ToInt32(await server.Receive()));
            }

            await sending;
            Assert.False(ConversationTests.Of(await loopback.DeviceStatus(), "services/slow").Conversation!.HoldsDevice);
        }
    }

    [Fact]
    public async Task Hold_ReaderLeaves_OthersGoOn()
    {
        await using Loopback loopback = await Loopback.Start(device: o => Small(o) with { Flow = false, Quota = 8 });
        (Application client, Application server) = await loopback.OpenPair("slow");
        (Application otherClient, Application otherServer) = await loopback.OpenPair("fast");
        using (client)
        using (otherClient)
        using (otherServer)
        {
            Task sending = Task.Run(async () =>
            {
                for (int i = 0; i < 500; i++)
                {
                    await client.Send(BitConverter.GetBytes(i));
                }
            });
            await loopback.Until(() => ConversationTests.Of(loopback.Device.ReadStatus(), "services/slow").Conversation?.HoldsDevice == true);

            server.Dispose();

            await otherClient.Send(new byte[] { 7 });
            Assert.Equal([7], await otherServer.Receive());
            Assert.Empty(await client.Receive());
            await sending.ContinueWith(static _ => { }, TaskScheduler.Default).WaitAsync(Patience.Time);
        }
    }

    [Fact]
    public async Task Drop_ForeignSender_CountsWhatTheReaderDidNotGet()
    {
        await using Loopback loopback = await Loopback.Start(device: o => Small(o) with { Flow = false, Quota = 8, OverQuota = OverQuotaPolicy.Drop });
        (Application client, Application server) = await loopback.OpenPair("slow");
        using (client)
        using (server)
        {
            for (int i = 0; i < 2000; i++)
            {
                await client.Send(BitConverter.GetBytes(i));
            }

            await loopback.Until(() => loopback.Device.ReadStatus() is { } s && s.Bus.Received == 2000);
            client.Dispose();
            // Without the flow service a service does not notice that its peer has gone: withdraw it by a reset.
            await loopback.Do(() => loopback.Driver.OnNeedsReset("test"));
            List<byte[]> packets = await server.ReceiveToEnd();

            SocketsCounters counters = (await loopback.DeviceStatus()).Counters;
            Assert.True(counters.Dropped > 0);
            Assert.Equal(2000, packets.Count + counters.Dropped);
            int[] numbers = [.. packets.Select(p => BitConverter.ToInt32(p))];
            Assert.Equal(numbers.Order(), numbers);
        }
    }
}
