using System.Net;
using Bridge.Ports.Sockets;
using Bridge.Ports.Sockets.Streams;

namespace Bridge.Ports.Tests.Sockets.Streams;

/// <summary>Stream connections as applications use them, over both kinds of sockets.</summary>
public sealed class StreamTests
{
    private static readonly Func<SocketsOptions, SocketsOptions> s_service = static o => o with { Services = [new ServiceOptions("a", Address: 30)] };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Messages_BothWaysAndEmptyOnes_ArriveAsTheyWereSent(bool tcp)
    {
        await using Loopback loopback = await Loopback.Start(driver: WithTcp, device: o => s_service(WithTcp(o)));
        EndPoint device = tcp ? loopback.Device.TcpAddresses[0] : StreamApplication.Of(loopback, "d");
        EndPoint driver = tcp ? loopback.Driver.TcpAddresses[0] : StreamApplication.Of(loopback, "v");
        using StreamApplication server = await StreamApplication.Open(device, "services/a");
        Assert.Equal("ok maximum=496 local=30 remote=any", server.Answer);
        await loopback.Until(() => loopback.Driver.ReadStatus().Entries.Count == 2);
        using StreamApplication client = await StreamApplication.Open(driver, "channels/a");
        Assert.Equal("ok maximum=496 local=1024 remote=30", client.Answer);

        byte[][] messages = [[1], [], new byte[496], "text"u8.ToArray()];
        foreach (byte[] message in messages)
        {
            await client.Send(message);
        }

        foreach (byte[] message in messages)
        {
            Assert.Equal(message, await server.Receive());
            await server.Send(message);
        }

        foreach (byte[] message in messages)
        {
            Assert.Equal(message, await client.Receive());
        }

        client.Dispose();
        Assert.Null(await server.Receive());

        static SocketsOptions WithTcp(SocketsOptions options) => options with { TcpAddresses = [new IPEndPoint(IPAddress.Loopback, 0)] };
    }

    [Fact]
    public async Task Burst_ToASlowReader_KeepsEveryMessageInOrderAndBoundsWhatWaits()
    {
        const int Count = 20_000;
        await using Loopback loopback = await Loopback.Start(device: s_service);
        using StreamApplication server = await StreamApplication.Open(StreamApplication.Of(loopback, "d"), "services/a");
        using StreamApplication client = await OpenChannel(loopback);

        Task sending = Task.Run(async () =>
        {
            for (int i = 0; i < Count; i++)
            {
                byte[] message = new byte[100];
                BitConverter.TryWriteBytes(message, i);
                await client.Send(message);
            }
        });

        // The reader sleeps until the sender cannot go on.
        await loopback.Until(() => ConversationTests.Of(loopback.Driver.ReadStatus(), "channels/a").Conversation?.Credit == 0
            && ConversationTests.Of(loopback.Device.ReadStatus(), "services/a").Conversation?.Queued > FlowWindow.Initial / 2);
        Assert.InRange(ConversationTests.Of(await loopback.DeviceStatus(), "services/a").Conversation!.Queued, 1, FlowWindow.Initial);
        for (int i = 0; i < Count; i++)
        {
            Assert.Equal(i, BitConverter.ToInt32(await server.Receive()));
        }

        await sending;
    }

    [Fact]
    public async Task Close_ByTheServer_ClientReadsEverythingBeforeTheEnd()
    {
        await using Loopback loopback = await Loopback.Start(device: s_service);
        using StreamApplication server = await StreamApplication.Open(StreamApplication.Of(loopback, "d"), "services/a");
        using StreamApplication client = await OpenChannel(loopback);
        await client.Send([0]);
        await server.Receive();

        // More than the sockets take before the client reads.
        const int Count = 20_000;
        Task sending = Task.Run(async () =>
        {
            for (int i = 0; i < Count; i++)
            {
                await server.Send(BitConverter.GetBytes(i));
            }

            server.Dispose();
        });
        for (int i = 0; i < Count; i++)
        {
            Assert.Equal(BitConverter.GetBytes(i), await client.Receive());
        }

        Assert.Null(await client.Receive());
        await sending;
    }

    [Fact]
    public async Task Addressed_Service_TalksToAllItsPeersThroughOneConnection()
    {
        await using Loopback loopback = await Loopback.Start(device: s_service);
        using StreamApplication server = await StreamApplication.Open(StreamApplication.Of(loopback, "d"), "services/a addressed");
        using StreamApplication first = await OpenChannel(loopback);
        using Application second = await loopback.Open("v/endpoints/a.30");

        await first.Send("1"u8.ToArray());
        (uint firstAddress, uint ours, byte[] message) = await server.ReceiveAddressed();
        Assert.Equal((1024u, 30u, "1"), (firstAddress, ours, System.Text.Encoding.ASCII.GetString(message)));
        await second.Send("2"u8.ToArray());
        (uint secondAddress, _, message) = await server.ReceiveAddressed();
        Assert.Equal((1025u, "2"), (secondAddress, System.Text.Encoding.ASCII.GetString(message)));

        await server.Send(secondAddress, "to 2"u8.ToArray());
        await server.Send(firstAddress, "to 1"u8.ToArray());

        Assert.Equal("to 1"u8.ToArray(), await first.Receive());
        Assert.Equal("to 2"u8.ToArray(), await second.Receive());

        // One peer leaves, the other and a new one go on.
        first.Dispose();
        using StreamApplication third = await OpenChannel(loopback);
        await third.Send("3"u8.ToArray());
        Assert.Equal(1026u, (await server.ReceiveAddressed()).Source);
        await server.Send(secondAddress, "still"u8.ToArray());
        Assert.Equal("still"u8.ToArray(), await second.Receive());
    }

    [Fact]
    public async Task Addressed_Channel_ReachesOtherServicesOfTheOtherSideToo()
    {
        await using Loopback loopback = await Loopback.Start(device: static o => o with { Services = [new ServiceOptions("a", 30), new ServiceOptions("b", 31)] });
        using Application a = await loopback.Open("d/services/a");
        using Application b = await loopback.Open("d/services/b");
        await loopback.Until(() => File.Exists(loopback.Run["v/channels/a"]) && File.Exists(loopback.Run["v/channels/b"]));
        using StreamApplication client = await StreamApplication.Open(StreamApplication.Of(loopback, "v"), "channels/a addressed");

        await client.Send(31, "for b"u8.ToArray());
        await client.Send(30, "for a"u8.ToArray());

        Assert.Equal("for b"u8.ToArray(), await b.Receive());
        Assert.Equal("for a"u8.ToArray(), await a.Receive());
        await b.Send("from b"u8.ToArray());
        Assert.Equal((31u, 1024u), ((await client.ReceiveAddressed()) is var m ? (m.Source, m.Destination) : default));
    }

    [Fact]
    public async Task Addressed_TakenOver_EndsWithAllItsPeersAndTheServiceGoesOn()
    {
        await using Loopback loopback = await Loopback.Start(
            device: static o => o with { Services = [new ServiceOptions("a", 30) { Terms = new EntryTerms(Takeover: true) }] });
        using StreamApplication earlier = await StreamApplication.Open(StreamApplication.Of(loopback, "d"), "services/a addressed");
        using StreamApplication client = await OpenChannel(loopback);
        await client.Send([1]);
        await earlier.ReceiveAddressed();

        using Application later = await loopback.Open("d/services/a");

        await earlier.ReadToEnd();
        Assert.Null(await client.Receive());
        using StreamApplication next = await OpenChannel(loopback);
        await next.Send([2]);
        Assert.Equal([2], await later.Receive());
    }

    [Theory]
    [InlineData(0xFFFFFFFF)]
    [InlineData(53u)]
    [InlineData(55u)]
    public async Task Addressed_ToAReservedAddress_ClosesTheConnectionAndCounts(uint destination)
    {
        await using Loopback loopback = await Loopback.Start(device: s_service);
        using StreamApplication server = await StreamApplication.Open(StreamApplication.Of(loopback, "d"), "services/a addressed");

        await server.Send(destination, [1]);

        await server.ReadToEnd();
        Assert.Equal(1, (await loopback.DeviceStatus()).Counters.Misaddressed);
    }

    [Theory]
    [InlineData("channels/nothing", "error ENOENT there is no channels/nothing now; there are: none")]
    [InlineData("services/b", "error ENOENT there is no services/b now; there are: a")]
    [InlineData("nonsense", "error EINVAL ")]
    public async Task Open_WhatCannotBeHad_IsAnsweredWithASentence(string line, string begin)
    {
        await using Loopback loopback = await Loopback.Start(device: s_service);

        using StreamApplication application = await StreamApplication.Open(StreamApplication.Of(loopback, "d"), line);

        Assert.StartsWith(begin, application.Answer, StringComparison.Ordinal);
        await application.ReadToEnd();
    }

    [Fact]
    public async Task Open_TakenEntry_IsBusyUntilItIsFree()
    {
        await using Loopback loopback = await Loopback.Start(device: s_service);
        using Application first = await loopback.Open("d/services/a");
        await loopback.Until(() => !File.Exists(loopback.Run["d/services/a"]));

        using (StreamApplication second = await StreamApplication.Open(StreamApplication.Of(loopback, "d"), "services/a"))
        {
            Assert.StartsWith("error EBUSY", second.Answer, StringComparison.Ordinal);
        }

        first.Dispose();
        await loopback.Until(() => File.Exists(loopback.Run["d/services/a"]));
        using StreamApplication third = await StreamApplication.Open(StreamApplication.Of(loopback, "d"), "services/a");
        Assert.StartsWith("ok", third.Answer, StringComparison.Ordinal);
        await loopback.Until(() => !File.Exists(loopback.Run["d/services/a"]));
    }

    [Fact]
    public async Task Grace_StreamTakesUpWhatASeqPacketApplicationLeft()
    {
        await using Loopback loopback = await Loopback.Start(
            device: static o => o with { Services = [new ServiceOptions("a") { Terms = new EntryTerms(Grace: TimeSpan.FromHours(1)) }] });
        (Application client, Application server) = await loopback.OpenPair("a");
        server.Dispose();
        await loopback.Until(() => ConversationTests.Of(loopback.Device.ReadStatus(), "services/a").State == EntryState.Waiting);
        await client.Send("kept"u8.ToArray());

        using StreamApplication next = await StreamApplication.Open(StreamApplication.Of(loopback, "d"), "services/a");

        Assert.Equal("ok maximum=496 local=1024 remote=1024", next.Answer);
        Assert.Equal("kept"u8.ToArray(), await next.Receive());
        client.Dispose();
    }

    [Fact]
    public async Task TooLong_LengthOf65535_EndsThatConnectionOnly()
    {
        await using Loopback loopback = await Loopback.Start(device: static o => o with { Services = [new ServiceOptions("a"), new ServiceOptions("b")] });
        (Application client, Application server) = await loopback.OpenPair("b");
        using StreamApplication bad = await StreamApplication.Open(StreamApplication.Of(loopback, "d"), "services/a");
        using StreamApplication peer = await OpenChannel(loopback);
        await peer.Send([1]);
        await bad.Receive();

        await bad.Write(new byte[] { 0xFF, 0xFF, 1, 2, 3 });

        await bad.ReadToEnd();
        Assert.Null(await peer.Receive());
        Assert.Equal(1, (await loopback.DeviceStatus()).Counters.TooLong);
        await client.Send(new byte[] { 7 });
        Assert.Equal([7], await server.Receive());
        client.Dispose();
        server.Dispose();
    }

    [Fact]
    public async Task CutOff_EndInsideAMessage_IsCountedAndTheRestArrived()
    {
        await using Loopback loopback = await Loopback.Start(device: s_service);
        using StreamApplication server = await StreamApplication.Open(StreamApplication.Of(loopback, "d"), "services/a");
        using StreamApplication client = await OpenChannel(loopback);
        await client.Write(new byte[] { 1, 0, 42, 5, 0, 1, 2 });

        client.Dispose();

        Assert.Equal([42], await server.Receive());
        Assert.Null(await server.Receive());
        Assert.Equal(1, (await loopback.DriverStatus()).Counters.CutOff);
    }

    [Fact]
    public async Task Silence_HalfALengthAndNoFirstLine_HarmNobodyAndAreEndedOrKeptCheaply()
    {
        SteppedTime time = new();
        await using Loopback loopback = await Loopback.Start(device: s_service, time: time);
        using StreamApplication server = await StreamApplication.Open(StreamApplication.Of(loopback, "d"), "services/a");
        using StreamApplication client = await OpenChannel(loopback);
        await client.Write(new byte[] { 3 });
        List<StreamApplication> silent = [];
        for (int i = 0; i < StreamEntrance.MaximumGreetings; i++)
        {
            silent.Add(StreamApplication.Connect(StreamApplication.Of(loopback, "v")));
        }

        // Every one of them has been accepted before the next is refused.
        using StreamApplication tooMany = StreamApplication.Connect(StreamApplication.Of(loopback, "v"));
        await tooMany.ReadAnswer();
        Assert.StartsWith("error EAGAIN", tooMany.Answer, StringComparison.Ordinal);

        // The half of a length is completed after all.
        await client.Write(new byte[] { 0, 1, 2, 3 });
        Assert.Equal([1, 2, 3], await server.Receive());

        time.Advance(StreamEntrance.GreetingTime);
        foreach (StreamApplication application in silent)
        {
            await application.ReadAnswer();
            Assert.StartsWith("error ETIMEDOUT", application.Answer, StringComparison.Ordinal);
            application.Dispose();
        }
    }

    private static async Task<StreamApplication> OpenChannel(Loopback loopback)
    {
        await loopback.Until(() => File.Exists(loopback.Run["v/channels/a"]));
        return await StreamApplication.Open(StreamApplication.Of(loopback, "v"), "channels/a");
    }
}
