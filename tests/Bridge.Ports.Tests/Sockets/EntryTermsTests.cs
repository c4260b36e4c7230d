using Bridge.Ports.Sockets;

namespace Bridge.Ports.Tests.Sockets;

/// <summary>Permanent services, several peers, takeover and grace, as applications notice them.</summary>
public sealed class EntryTermsTests
{
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task Permanent_PeerComesFirst_ItsMessagesWaitForTheApplication()
    {
        await using Loopback loopback = await Start(new EntryTerms(Permanent: true));
        using Application client = await loopback.Open("v/channels/a");
        await client.Send("first"u8.ToArray());
        await client.Send("second"u8.ToArray());
        await loopback.Until(() => Service(loopback) is { State: EntryState.Waiting, Conversation.Queued: 2 });

        using Application server = await loopback.Open("d/services/a");

        Assert.Equal("first"u8.ToArray(), await server.Receive());
        Assert.Equal("second"u8.ToArray(), await server.Receive());
        await server.Send("answer"u8.ToArray());
        Assert.Equal("answer"u8.ToArray(), await client.Receive());
    }

    [Fact]
    public async Task Permanent_ApplicationLeaves_ChannelStaysAnnouncedAndThePeerHearsTheEnd()
    {
        await using Loopback loopback = await Start(new EntryTerms(Permanent: true));
        (Application client, Application server) = await loopback.OpenPair("a");
        uint? address = Service(loopback).LocalAddress;

        server.Dispose();

        Assert.Empty(await client.Receive());
        client.Dispose();
        (client, server) = await loopback.OpenPair("a");
        Assert.Equal(address, Service(loopback).LocalAddress);
        client.Dispose();
        server.Dispose();
    }

    [Fact]
    public async Task Permanent_PeerGoesBeforeTheApplicationComes_WhatItSentIsHandedOver()
    {
        await using Loopback loopback = await Start(new EntryTerms(Permanent: true));
        Application client = await loopback.Open("v/channels/a");
        await client.Send("kept"u8.ToArray());
        await loopback.Until(() => Service(loopback).Conversation?.Queued == 1);
        client.Dispose();
        await loopback.Until(() => Service(loopback).Conversation?.State == ConversationState.Orphaned);

        using Application server = await loopback.Open("d/services/a");

        Assert.Equal("kept"u8.ToArray(), await server.Receive());
        Assert.Empty(await server.Receive());
    }

    [Fact]
    public async Task Permanent_ForeignSenderAndNobodyThere_IsKeptToTheQuotaThenDroppedAndCounted()
    {
        await using Loopback loopback = await Loopback.Start(
            driver: static o => o with { Flow = false },
            device: static o => o with { Flow = false, Quota = 8, Services = [new ServiceOptions("a") { Terms = new EntryTerms(Permanent: true) }] });
        using Application client = await loopback.Open("v/channels/a");
        for (byte i = 0; i < 20; i++)
        {
            await client.Send(new[] { i });
        }

        await loopback.Until(() => loopback.Device.ReadStatus().Counters.NoApplication == 12);

        using Application server = await loopback.Open("d/services/a");
        for (byte i = 0; i < 8; i++)
        {
            Assert.Equal([i], await server.Receive());
        }

        // The ring has moved all the time.
        await client.Send(new byte[] { 99 });
        Assert.Equal([99], await server.Receive());
    }

    [Fact]
    public async Task Peers_TwoApplicationsOfOneService_EachHasAPeerOfItsOwn()
    {
        await using Loopback loopback = await Start(new EntryTerms(Peers: 2));
        using Application firstServer = await loopback.Open("d/services/a");
        using Application secondServer = await loopback.Open("d/services/a");
        await loopback.Until(() => !File.Exists(loopback.Run["d/services/a"]));
        using Application firstClient = await loopback.Open("v/channels/a");
        using Application secondClient = await loopback.Open($"v/endpoints/a.{Service(loopback).LocalAddress}");

        await firstClient.Send("1"u8.ToArray());
        await secondClient.Send("2"u8.ToArray());

        byte[] first = await firstServer.Receive();
        byte[] second = await secondServer.Receive();
        Assert.Equal(["1", "2"], new[] { first, second }.Select(System.Text.Encoding.ASCII.GetString).Order());
        await firstServer.Send(first);
        await secondServer.Send(second);
        Assert.Equal("1"u8.ToArray(), await firstClient.Receive());
        Assert.Equal("2"u8.ToArray(), await secondClient.Receive());
        Assert.Equal(2, Service(loopback).Conversations.Count);

        // One ends: the other one notices nothing, and there is room for a further application.
        firstServer.Dispose();
        using Application third = await loopback.Open("d/services/a");
        await secondServer.Send("still"u8.ToArray());
        Assert.Equal("still"u8.ToArray(), await secondClient.Receive());
    }

    [Fact]
    public async Task Peers_OneMoreThanApplications_IsRefusedAndCounted()
    {
        await using Loopback loopback = await Start(new EntryTerms(Peers: 2));
        using Application server = await loopback.Open("d/services/a");
        using Application client = await loopback.Open("v/channels/a");
        await client.Send("1"u8.ToArray());
        Assert.Equal("1"u8.ToArray(), await server.Receive());

        using Application refused = await loopback.Open($"v/endpoints/a.{Service(loopback).LocalAddress}");

        Assert.Empty(await refused.Receive());
        Assert.Equal(1, (await loopback.DeviceStatus()).Counters.PeersRefused);
    }

    [Fact]
    public async Task Takeover_OfAService_ContinuesTheConversationAndEndsTheEarlierApplication()
    {
        await using Loopback loopback = await Start(new EntryTerms(Takeover: true));
        (Application client, Application earlier) = await loopback.OpenPair("a");
        await client.Send("1"u8.ToArray());
        Assert.Equal("1"u8.ToArray(), await earlier.Receive());

        using Application later = await loopback.Open("d/services/a");

        Assert.Empty(await earlier.Receive());
        await client.Send("2"u8.ToArray());
        Assert.Equal("2"u8.ToArray(), await later.Receive());
        await later.Send("3"u8.ToArray());
        Assert.Equal("3"u8.ToArray(), await client.Receive());
        Assert.Equal(1, (await loopback.DeviceStatus()).Counters.TakenOver);
        client.Dispose();
        earlier.Dispose();
    }

    [Fact]
    public async Task Takeover_OfAChannel_KeepsItsAddress()
    {
        await using Loopback loopback = await Loopback.Start(
            driver: static o => o with { Channels = new EntryTerms(Takeover: true) }, device: static o => o with { Services = [new ServiceOptions("a")] });
        (Application earlier, Application server) = await loopback.OpenPair("a");
        uint? address = Channel(loopback).LocalAddress;

        using Application later = await loopback.Open("v/channels/a");

        Assert.Empty(await earlier.Receive());
        await later.Send("x"u8.ToArray());
        Assert.Equal("x"u8.ToArray(), await server.Receive());
        Assert.Equal(address, Channel(loopback).LocalAddress);
        earlier.Dispose();
        server.Dispose();
    }

    [Fact]
    public async Task Grace_ServerComesBack_SameAddressSamePeerAndMessagesHaveWaited()
    {
        await using Loopback loopback = await Start(new EntryTerms(Grace: s_grace), time: new SteppedTime());
        (Application client, Application server) = await loopback.OpenPair("a");
        uint? address = Service(loopback).LocalAddress;
        server.Dispose();
        await loopback.Until(() => Service(loopback).Conversation?.State == ConversationState.Absent);
        await client.Send("kept"u8.ToArray());
        await loopback.Until(() => Service(loopback).Conversation?.Queued == 1);

        server = await loopback.Open("d/services/a");

        Assert.Equal("kept"u8.ToArray(), await server.Receive());
        await server.Send("back"u8.ToArray());
        Assert.Equal("back"u8.ToArray(), await client.Receive());
        Assert.Equal(address, Service(loopback).LocalAddress);
        client.Dispose();
        server.Dispose();
    }

    [Fact]
    public async Task Grace_ClientComesBack_SameAddressSamePeerAndMessagesHaveWaited()
    {
        await using Loopback loopback = await Loopback.Start(
            driver: static o => o with { Channels = new EntryTerms(Grace: s_grace) }, device: static o => o with { Services = [new ServiceOptions("a")] }, new SteppedTime());
        (Application client, Application server) = await loopback.OpenPair("a");
        uint? address = Channel(loopback).LocalAddress;
        client.Dispose();
        await loopback.Until(() => Channel(loopback).Conversation?.State == ConversationState.Absent);

        // More than the window: the sender waits, nothing is lost.
        List<Task> sends = [];
        for (int i = 0; i < 3 * FlowWindow.Initial; i++)
        {
            sends.Add(server.Send(BitConverter.GetBytes(i)));
        }

        await loopback.Until(() => Channel(loopback).Conversation?.Queued == FlowWindow.Initial);
        client = await loopback.Open("v/channels/a");

        for (int i = 0; i < 3 * FlowWindow.Initial; i++)
        {
            Assert.Equal(BitConverter.GetBytes(i), await client.Receive());
        }

        await Task.WhenAll(sends);
        Assert.Equal(address, Channel(loopback).LocalAddress);
        client.Dispose();
        server.Dispose();
    }

    [Fact]
    public async Task Grace_NobodyComesBack_ThePeerHearsTheEndAndWhatWaitedIsCounted()
    {
        SteppedTime time = new();
        await using Loopback loopback = await Start(new EntryTerms(Grace: s_grace), time);
        (Application client, Application server) = await loopback.OpenPair("a");
        server.Dispose();
        await loopback.Until(() => Service(loopback).Conversation?.State == ConversationState.Absent);
        await client.Send("lost"u8.ToArray());
        await loopback.Until(() => Service(loopback).Conversation?.Queued == 1);

        time.Advance(s_grace - TimeSpan.FromTicks(1));
        await loopback.Do(static () => { });
        Assert.Equal(ConversationState.Absent, Service(loopback).Conversation?.State);
        time.Advance(TimeSpan.FromTicks(1));

        Assert.Empty(await client.Receive());
        await loopback.Until(() => !File.Exists(loopback.Run["v/channels/a"]));
        Assert.Equal(1, (await loopback.DeviceStatus()).Counters.Undeliverable);
        client.Dispose();
    }

    [Fact]
    public async Task Grace_ServiceWithoutAPeer_StaysAnnouncedUntilTheTimeIsOver()
    {
        SteppedTime time = new();
        await using Loopback loopback = await Start(new EntryTerms(Grace: s_grace), time);
        Application server = await loopback.Open("d/services/a");
        await loopback.Until(() => File.Exists(loopback.Run["v/channels/a"]));

        server.Dispose();
        await loopback.Until(() => File.Exists(loopback.Run["d/services/a"]));
        Assert.True(File.Exists(loopback.Run["v/channels/a"]));
        time.Advance(s_grace);

        await loopback.Until(() => !File.Exists(loopback.Run["v/channels/a"]));
    }

    [Fact]
    public async Task Grace_PeerGoesMeanwhile_WhatItSentIsHandedOverAndThenTheEnd()
    {
        await using Loopback loopback = await Start(new EntryTerms(Grace: s_grace), time: new SteppedTime());
        (Application client, Application server) = await loopback.OpenPair("a");
        server.Dispose();
        await loopback.Until(() => Service(loopback).Conversation?.State == ConversationState.Absent);
        await client.Send("kept"u8.ToArray());
        client.Dispose();
        await loopback.Until(() => Service(loopback).Conversation?.State == ConversationState.Orphaned);

        server = await loopback.Open("d/services/a");

        Assert.Equal("kept"u8.ToArray(), await server.Receive());
        Assert.Empty(await server.Receive());
        server.Dispose();
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(EntryTerms.MaximumPeers + 1, 0)]
    [InlineData(1, -1)]
    [InlineData(1, 86_401)]
    public void FindErrors_OutOfRange_SaysSo(int peers, int graceSeconds)
    {
        SocketsOptions options = new()
        {
            Device = "d",
            RunDirectory = "/run",
            Services = [new ServiceOptions("a") { Terms = new EntryTerms(peers, Grace: TimeSpan.FromSeconds(graceSeconds)) }],
        };

        Assert.Single(options.FindErrors());
    }

    private static Task<Loopback> Start(EntryTerms terms, TimeProvider? time = null) =>
        Loopback.Start(device: o => o with { Services = [new ServiceOptions("a") { Terms = terms }] }, time: time);

    private static EntryStatus Service(Loopback loopback) => ConversationTests.Of(loopback.Device.ReadStatus(), "services/a");

    private static EntryStatus Channel(Loopback loopback) => ConversationTests.Of(loopback.Driver.ReadStatus(), "channels/a");
}
