using System.Net.Sockets;
using Bridge.Ports.Sockets;

namespace Bridge.Ports.Tests.Sockets;

/// <summary>How conversations begin and end, and what an application notices.</summary>
public sealed class ConversationTests
{
    private static readonly Func<SocketsOptions, SocketsOptions> s_services =
        o => o with { Services = [new ServiceOptions("a"), new ServiceOptions("b", Address: 77)] };

    [Fact]
    public async Task Connect_SecondOpener_FailsAtOnceUntilTheFirstHasLeft()
    {
        await using Loopback loopback = await Loopback.Start(device: s_services);
        (Application client, Application server) = await loopback.OpenPair("a");
        using (server)
        {
            await loopback.Until(() => !File.Exists(loopback.Run["v/channels/a"]) && !File.Exists(loopback.Run["d/services/a"]));
            Assert.Throws<SocketException>(() => Application.Connect(loopback.Run["v/channels/a"]));
            Assert.Throws<SocketException>(() => Application.Connect(loopback.Run["d/services/a"]));

            client.Dispose();
        }

        (client, Application second) = await loopback.OpenPair("a");
        client.Dispose();
        second.Dispose();
    }

    [Fact]
    public async Task Close_ByTheClient_EndsTheServerAfterEverythingSent()
    {
        await using Loopback loopback = await Loopback.Start(device: s_services);
        (Application client, Application server) = await loopback.OpenPair("a");
        using (server)
        {
            for (int i = 0; i < 300; i++)
            {
                await client.Send(BitConverter.GetBytes(i));
            }

            client.Dispose();

            List<byte[]> packets = await server.ReceiveToEnd();
            Assert.Equal(Enumerable.Range(0, 300), packets.Select(p => BitConverter.ToInt32(p)));
        }
    }

    [Fact]
    public async Task Close_ByTheServer_EndsTheClientAndWithdrawsTheChannel()
    {
        await using Loopback loopback = await Loopback.Start(device: s_services);
        (Application client, Application server) = await loopback.OpenPair("a");
        using (client)
        {
            await client.Send(new byte[] { 1 });
            await server.Receive();
            await server.Send(new byte[] { 2 });
            server.Dispose();

            Assert.Equal([2], Assert.Single(await client.ReceiveToEnd()));
            await loopback.Until(() => loopback.Run.Names("v/channels").Length == 0 && loopback.Run.Names("v/endpoints").Length == 0);
            SocketException failure = await Assert.ThrowsAsync<SocketException>(() => client.Send(new byte[] { 3 }));
            Assert.Equal(SocketError.Shutdown, failure.SocketErrorCode);
        }
    }

    [Fact]
    public async Task Close_ByTheServerWithPacketsOfTheClientUnread_LosesNothingThatTheClientHasNotReceived()
    {
        await using Loopback loopback = await Loopback.Start(device: s_services);
        (Application client, Application server) = await loopback.OpenPair("a");
        using (client)
        {
            // The client fills window, queue and both sockets; nobody reads.
            int sent = 0;
            await loopback.Until(() =>
            {
                while (client.TrySend(new byte[496]))
                {
                    sent++;
                }

                return Of(loopback.Driver.ReadStatus(), "channels/a").Conversation?.Credit == 0;
            });
            Assert.True(client.TrySend(new byte[496]), "there is room in the client's socket, and no credit to take it from there");
            await server.Send(new byte[] { 9 });
            server.Dispose();

            Assert.Equal([9], Assert.Single(await client.ReceiveToEnd()));
            SocketsCounters counters = (await loopback.DriverStatus()).Counters;
            Assert.Equal(sent + 1, counters.FromApplications + counters.Unsent);
        }
    }

    [Fact]
    public async Task EndSending_HalfClosed_StillReceives()
    {
        await using Loopback loopback = await Loopback.Start(device: s_services);
        (Application client, Application server) = await loopback.OpenPair("a");
        using (client)
        using (server)
        {
            await client.Send(new byte[] { 1 });
            client.EndSending();
            Assert.Equal([1], await server.Receive());

            await server.Send(new byte[] { 2 });

            Assert.Equal([2], await client.Receive());
            await loopback.Until(() => Of(loopback.Driver.ReadStatus(), "channels/a").Conversation?.State == ConversationState.HalfClosed);
            client.Dispose();
            Assert.Empty(await server.Receive());
        }
    }

    [Fact]
    public async Task Reset_OfTheDevice_EndsPairsAndKeepsWaitingServices()
    {
        await using Loopback loopback = await Loopback.Start(device: s_services);
        (Application client, Application server) = await loopback.OpenPair("a");
        using Application waiting = await loopback.Open("d/services/b");
        await loopback.Until(() => File.Exists(loopback.Run["v/channels/b"]));
        using (client)
        using (server)
        {
            await loopback.Do(() => loopback.Driver.OnNeedsReset("test"));

            Assert.Empty(await client.Receive());
            Assert.Empty(await server.Receive());
        }

        // The same application, announced again in the new life, at its own address.
        using Application newcomer = await loopback.Open("v/endpoints/b.77");
        await newcomer.Send(new byte[] { 5 });
        Assert.Equal([5], await waiting.Receive());
        Assert.Equal(DriverState.Running, loopback.Driver.State);
    }

    [Fact]
    public async Task Reset_Repeated_LeavesNothingBehind()
    {
        await using Loopback loopback = await Loopback.Start(device: s_services);
        for (int life = 0; life < 20; life++)
        {
            (Application client, Application server) = await loopback.OpenPair("a");
            await client.Send(new byte[] { (byte)life });
            Assert.Equal([(byte)life], await server.Receive());

            await loopback.Do(() => loopback.Driver.OnNeedsReset("test"));

            Assert.Empty(await client.Receive());
            Assert.Empty(await server.Receive());
            client.Dispose();
            server.Dispose();
        }

        SocketsStatus status = await loopback.DeviceStatus();
        Assert.Equal((20, 20), (status.Counters.Opened, status.Counters.Closed));
    }

    [Fact]
    public async Task Service_Reopened_KeepsItsAddress()
    {
        await using Loopback loopback = await Loopback.Start(device: s_services);
        Application first = await loopback.Open("d/services/a");
        await loopback.Until(() => File.Exists(loopback.Run["v/channels/a"]));
        string before = loopback.Run.Names("v/endpoints").Single();
        first.Dispose();
        await loopback.Until(() => loopback.Run.Names("v/endpoints").Length == 0);

        using Application second = await loopback.Open("d/services/a");

        await loopback.Until(() => loopback.Run.Names("v/endpoints").SequenceEqual(new[] { before }));
    }

    [Fact]
    public async Task Service_WithoutPeer_IsNotReadUntilOneComes()
    {
        await using Loopback loopback = await Loopback.Start(device: s_services);
        using Application server = await loopback.Open("d/services/a");
        await server.Send(new byte[] { 1 });
        await server.Send(new byte[] { 2 });
        await loopback.Until(() => File.Exists(loopback.Run["v/channels/a"]));
        Assert.Equal(0, (await loopback.DeviceStatus()).Counters.FromApplications);

        using Application client = await loopback.Open("v/channels/a");

        Assert.Equal([1], await client.Receive());
        Assert.Equal([2], await client.Receive());
    }

    [Fact]
    public async Task Service_LeavesBeforeAPeerCame_IsWithdrawnAndWhatItSentIsCounted()
    {
        await using Loopback loopback = await Loopback.Start(device: s_services);
        Application server = await loopback.Open("d/services/a");
        await server.Send(new byte[] { 1 });
        await loopback.Until(() => File.Exists(loopback.Run["v/channels/a"]));

        server.Dispose();

        await loopback.Until(() => !File.Exists(loopback.Run["v/channels/a"]) && File.Exists(loopback.Run["d/services/a"]));
        Assert.Equal(1, (await loopback.DeviceStatus()).Counters.Unsent);
    }

    [Fact]
    public async Task Service_SecondPeer_IsRefusedAndTheFirstGoesOn()
    {
        await using Loopback loopback = await Loopback.Start(device: s_services);
        using Application server = await loopback.Open("d/services/b");
        using Application first = await loopback.Open("v/channels/b");
        await first.Send(new byte[] { 1 });
        Assert.Equal([1], await server.Receive());

        using Application second = await loopback.Open("v/endpoints/b.77");

        Assert.Empty(await second.Receive());
        await first.Send(new byte[] { 2 });
        Assert.Equal([2], await server.Receive());
        Assert.Equal(1, (await loopback.DeviceStatus()).Counters.PeersRefused);
    }

    [Fact]
    public async Task Send_TooLong_EndsThatConnectionOnly()
    {
        await using Loopback loopback = await Loopback.Start(device: s_services);
        (Application client, Application server) = await loopback.OpenPair("a");
        (Application otherClient, Application otherServer) = await loopback.OpenPair("b");
        using (client)
        using (server)
        using (otherClient)
        using (otherServer)
        {
            await client.Send(new byte[496]);
            await client.Send(new byte[497]);

            Assert.Equal(496, Assert.Single(await server.ReceiveToEnd()).Length);
            Assert.Empty(await client.Receive());
            // What the log line and README promise the sender: the end of file above, and now EPIPE.
            SocketException failure = Assert.Throws<SocketException>(() => client.TrySend([1]));
            Assert.Equal(SocketError.Shutdown, failure.SocketErrorCode);
            Assert.Equal(1, (await loopback.DriverStatus()).Counters.TooLong);
            await otherClient.Send(new byte[] { 1 });
            Assert.Equal([1], await otherServer.Receive());
        }
    }

    [Fact]
    public async Task Send_EmptyMessage_TravelsAndIsCountedInsteadOfDelivered()
    {
        await using Loopback loopback = await Loopback.Start(device: s_services);
        (Application client, Application server) = await loopback.OpenPair("a");
        using (client)
        using (server)
        {
            await client.Send(Array.Empty<byte>());
            await client.Send(new byte[] { 1 });
            await client.Send(Array.Empty<byte>());
            client.Dispose();

            Assert.Equal([1], Assert.Single(await server.ReceiveToEnd()));
            Assert.Equal(3, (await loopback.DriverStatus()).Counters.FromApplications);
            Assert.Equal(2, (await loopback.DeviceStatus()).Counters.EmptyNotDelivered);
        }
    }

    [Fact]
    public async Task Application_LeavesWithMessagesUnread_IsNoticedByThePeer()
    {
        await using Loopback loopback = await Loopback.Start(device: s_services);
        (Application client, Application server) = await loopback.OpenPair("a");
        using (client)
        {
            await client.Send(new byte[] { 1 });
            await server.Send(new byte[] { 2 });
            await loopback.Until(() => loopback.Device.ReadStatus().Counters.ToApplications == 1);

            // Its own message has been sent, the one for it has not been received.
            server.Dispose();

            Assert.Equal([2], Assert.Single(await client.ReceiveToEnd()));
            Assert.Equal(1, (await loopback.DeviceStatus()).Counters.ClosedUnread);
        }
    }

    [Fact]
    public async Task OpenAndClose_200EndpointsRepeatedly_ReturnsAllDescriptors()
    {
        ServiceOptions[] services = [.. Enumerable.Range(0, 200).Select(i => new ServiceOptions($"s{i}"))];
        await using Loopback loopback = await Loopback.Start(device: o => o with { Services = services });
        await Storm();
        int before = Descriptors();

        await Storm();
        await Storm();

        // Other tests of this process run at the same time: compare what only this device can have.
        SocketsStatus status = await loopback.DeviceStatus();
        Assert.Equal((600, 600), (status.Counters.Opened, status.Counters.Closed));
        Assert.Equal(before, Descriptors());

        int Descriptors() => SocketsOf(loopback.Run.Path);

        async Task Storm()
        {
            List<Application> open = [];
            foreach (ServiceOptions service in services)
            {
                (Application client, Application server) = await loopback.OpenPair(service.Name);
                await client.Send(new byte[] { 1 });
                open.AddRange([client, server]);
            }

            open.ForEach(static a => a.Dispose());
            await loopback.Until(() => loopback.Run.Names("v/endpoints").Length == 0 && loopback.Run.Names("d/services").Length == 200);
        }
    }

    internal static EntryStatus Of(SocketsStatus status, string path) =>
        status.Entries.Single(e => e.Path == Path.Combine(status.Directory, path));

    /// <summary>Unix sockets of this machine whose name lies below that directory: listening ones and accepted ones.</summary>
    private static int SocketsOf(string directory) =>
        File.ReadLines("/proc/net/unix").Count(line => line.Contains(directory, StringComparison.Ordinal));
}
