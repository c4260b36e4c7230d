using System.Text;
using System.Text.Json;
using Bridge.Ports.Sockets;
using Bridge.Ports.Sockets.Control;

namespace Bridge.Ports.Tests.Sockets.Control;

/// <summary>The control socket as applications use it: packets of JSON, nothing of this project's code.</summary>
public sealed class ControlTests
{
    private static readonly Func<SocketsOptions, SocketsOptions> s_service = static o => o with { Services = [new ServiceOptions("a", Address: 30)] };

    [Fact]
    public async Task List_EntriesOfEveryKind_SaysWhatTheyAre()
    {
        await using Loopback loopback = await Loopback.Start(device: s_service);
        (Application client, Application server) = await loopback.OpenPair("a");
        using Application control = await loopback.Open("v/control");

        JsonElement reply = await Ask(control, """{"request":"list"}""");

        Assert.True(reply.GetProperty("ok").GetBoolean());
        Assert.False(reply.GetProperty("more").GetBoolean());
        JsonElement[] entries = [.. reply.GetProperty("entries").EnumerateArray()];
        Assert.Equal(["channels/a", "endpoints/a.30"], entries.Select(e => e.GetProperty("socket").GetString()));
        Assert.Equal(["taken", "free"], entries.Select(e => e.GetProperty("state").GetString()));
        Assert.Equal(30u, entries[0].GetProperty("remote").GetUInt32());
        Assert.Equal(1024u, entries[0].GetProperty("local").GetUInt32());
        Assert.Equal(496, reply.GetProperty("maximum").GetInt32());
        client.Dispose();
        server.Dispose();
    }

    [Fact]
    public async Task List_ManyEntries_ComesInPages()
    {
        string[] names = [.. Enumerable.Range(0, 150).Select(static i => $"service-{i:D3}")];
        await using Loopback loopback = await Loopback.Start(device: o => o with { Services = [.. names.Select(static n => new ServiceOptions(n))] });
        using Application control = await loopback.Open("d/control");

        List<string> seen = [];
        string request = """{"request":"list"}""";
        for (bool more = true; more;)
        {
            JsonElement reply = await Ask(control, request);
            seen.AddRange(reply.GetProperty("entries").EnumerateArray().Select(static e => e.GetProperty("name").GetString()!));
            more = reply.GetProperty("more").GetBoolean();
            request = $$"""{"request":"list","after":"services/{{seen[^1]}}"}""";
        }

        Assert.Equal(names, seen);
    }

    [Fact]
    public async Task Create_Service_WorksLikeAConfiguredOneUntilItIsDestroyed()
    {
        await using Loopback loopback = await Loopback.Start();
        using Application control = await loopback.Open("d/control");

        JsonElement created = await Ask(control, """{"request":"create","service":"made here","address":77,"permanent":true}""");

        Assert.Equal("services/made%20here", created.GetProperty("socket").GetString());
        Assert.Equal(77u, created.GetProperty("local").GetUInt32());
        using Application client = await loopback.Open("v/channels/made%20here");
        using Application server = await loopback.Open("d/services/made%20here");
        await client.Send("x"u8.ToArray());
        Assert.Equal("x"u8.ToArray(), await server.Receive());

        Assert.True((await Ask(control, """{"request":"destroy","socket":"services/made%20here"}""")).GetProperty("ok").GetBoolean());

        Assert.Empty(await server.Receive());
        Assert.Empty(await client.Receive());
        await loopback.Until(() => !File.Exists(loopback.Run["v/channels/made%20here"]) && !File.Exists(loopback.Run["d/services/made%20here"]));

        // Name and address are free again.
        Assert.True((await Ask(control, """{"request":"create","service":"made here","address":77}""")).GetProperty("ok").GetBoolean());
    }

    [Fact]
    public async Task Create_Endpoint_ReachesAnAddressThatNobodyAnnounced()
    {
        await using Loopback loopback = await Loopback.Start(
            driver: static o => o with { Flow = false }, device: static o => o with { Flow = false, Services = [new ServiceOptions("a", Address: 30)] });
        using Application server = await loopback.Open("d/services/a");
        using Application control = await loopback.Open("v/control");

        JsonElement created = await Ask(control, """{"request":"create","endpoint":"raw","local":500,"remote":30}""");

        Assert.Equal("endpoints/raw.30", created.GetProperty("socket").GetString());
        using Application client = await loopback.Open("v/endpoints/raw.30");
        await client.Send("x"u8.ToArray());
        Assert.Equal("x"u8.ToArray(), await server.Receive());
        await loopback.Until(() => ConversationTests.Of(loopback.Device.ReadStatus(), "services/a").RemoteAddress == 500);
        await server.Send("y"u8.ToArray());
        Assert.Equal("y"u8.ToArray(), await client.Receive());
    }

    [Fact]
    public async Task Flow_OfASlowReader_ShowsWhatWaitsWhere()
    {
        await using Loopback loopback = await Loopback.Start(device: s_service);
        (Application client, Application server) = await loopback.OpenPair("a");
        using Application control = await loopback.Open("v/control");
        int sent = 0;
        await loopback.Until(() =>
        {
            while (client.TrySend(new byte[496]))
            {
                sent++;
            }

            return ConversationTests.Of(loopback.Driver.ReadStatus(), "channels/a").Conversation?.Credit == 0;
        });

        JsonElement reply = await Ask(control, """{"request":"flow","socket":"channels/a"}""");

        JsonElement conversation = Assert.Single(reply.GetProperty("conversations").EnumerateArray());
        Assert.Equal("open", conversation.GetProperty("state").GetString());
        Assert.Equal(0, conversation.GetProperty("credit").GetInt64());
        Assert.Equal(FlowWindow.Initial, conversation.GetProperty("outstanding").GetInt64());
        Assert.True(conversation.GetProperty("connected").GetBoolean());
        Assert.Equal(496, reply.GetProperty("maximum").GetInt32());
        client.Dispose();
        server.Dispose();
    }

    [Fact]
    public async Task Close_WithinTheGraceTime_EndsTheConversationAtOnce()
    {
        await using Loopback loopback = await Loopback.Start(
            device: static o => o with { Services = [new ServiceOptions("a") { Terms = new EntryTerms(Grace: TimeSpan.FromHours(1)) }] });
        (Application client, Application server) = await loopback.OpenPair("a");
        using Application control = await loopback.Open("d/control");
        server.Dispose();
        await loopback.Until(() => ConversationTests.Of(loopback.Device.ReadStatus(), "services/a").State == EntryState.Waiting);

        Assert.True((await Ask(control, """{"request":"close","socket":"services/a"}""")).GetProperty("ok").GetBoolean());

        Assert.Empty(await client.Receive());
        client.Dispose();
    }

    [Fact]
    public async Task CloseOwn_WhileConnected_SendsOnWhatWasSentAndKeepsNothing()
    {
        await using Loopback loopback = await Loopback.Start(
            device: static o => o with { Services = [new ServiceOptions("a") { Terms = new EntryTerms(Grace: TimeSpan.FromHours(1)) }] });
        (Application client, Application server) = await loopback.OpenPair("a");
        using Application control = await loopback.Open("d/control");

        Assert.True((await Ask(control, """{"request":"close","socket":"services/a","own":true}""")).GetProperty("ok").GetBoolean());
        await server.Send("still"u8.ToArray());
        await client.Send("there"u8.ToArray());
        Assert.Equal("there"u8.ToArray(), await server.Receive());
        server.Dispose();

        Assert.Equal("still"u8.ToArray(), await client.Receive());
        Assert.Empty(await client.Receive());
        await loopback.Until(() => ConversationTests.Of(loopback.Device.ReadStatus(), "services/a") is { State: EntryState.Free, Conversation: null });
        client.Dispose();
    }

    [Fact]
    public async Task CloseOwn_OfWhatIsKeptForTheProcess_EndsItAtOnce()
    {
        await using Loopback loopback = await Loopback.Start(
            device: static o => o with { Services = [new ServiceOptions("a") { Terms = new EntryTerms(Grace: TimeSpan.FromHours(1)) }] });
        (Application client, Application server) = await loopback.OpenPair("a");
        using Application control = await loopback.Open("d/control");
        server.Dispose();
        await loopback.Until(() => ConversationTests.Of(loopback.Device.ReadStatus(), "services/a").State == EntryState.Waiting);

        Assert.True((await Ask(control, """{"request":"close","socket":"services/a","own":true}""")).GetProperty("ok").GetBoolean());

        Assert.Empty(await client.Receive());
        client.Dispose();
    }

    [Theory]
    [InlineData("""{"request":"flow","socket":"channels/b"}""", "ENOENT")]
    [InlineData("""{"request":"create","service":"a"}""", "EEXIST")]
    [InlineData("""{"request":"create","service":"b","address":30}""", "EADDRINUSE")]
    [InlineData("""{"request":"create","service":"b","address":53}""", "EINVAL")]
    [InlineData("""{"request":"destroy","socket":"services/a"}""", "EPERM")]
    [InlineData("""{"request":"dance"}""", "EOPNOTSUPP")]
    [InlineData("not json", "EINVAL")]
    [InlineData("""[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[""", "EINVAL")]
    public async Task Request_ThatCannotBeDone_IsAnsweredAndTheNextOneWorks(string request, string error)
    {
        await using Loopback loopback = await Loopback.Start(device: s_service);
        using Application control = await loopback.Open("d/control");

        JsonElement reply = await Ask(control, request);

        Assert.False(reply.GetProperty("ok").GetBoolean());
        Assert.Equal(error, reply.GetProperty("error").GetString());
        Assert.NotEmpty(reply.GetProperty("message").GetString()!);
        Assert.True((await Ask(control, """{"request":"list"}""")).GetProperty("ok").GetBoolean());
        Assert.Equal(1, (await loopback.DeviceStatus()).Counters.ControlRefused);
    }

    [Fact]
    public async Task Request_OfAHundredThousandBytes_IsRefusedWithItsLength()
    {
        await using Loopback loopback = await Loopback.Start(device: s_service);
        using Application control = await loopback.Open("d/control");

        JsonElement reply = await Ask(control, new string(' ', 100_000));

        Assert.Equal("EMSGSIZE", reply.GetProperty("error").GetString());
        Assert.Contains("100000", reply.GetProperty("message").GetString()!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Storm_OfServicesAndConnections_IsBoundedAndTheOthersGoOn()
    {
        await using Loopback loopback = await Loopback.Start(device: s_service);
        (Application client, Application server) = await loopback.OpenPair("a");
        using Application control = await loopback.Open("d/control");
        for (int i = 0; i < ControlService.MaximumCreated; i++)
        {
            Assert.True((await Ask(control, $$"""{"request":"create","service":"s{{i}}"}""")).GetProperty("ok").GetBoolean());
        }

        Assert.Equal("ENOSPC", (await Ask(control, """{"request":"create","service":"one-more"}""")).GetProperty("error").GetString());

        List<Application> connections = [];
        for (int i = 1; i < ControlEntrance.MaximumConnections; i++)
        {
            connections.Add(await loopback.Open("d/control"));
            Assert.True((await Ask(connections[^1], """{"request":"list"}""")).GetProperty("ok").GetBoolean());
        }

        using Application refused = await loopback.Open("d/control");
        Assert.Equal("EAGAIN", JsonDocument.Parse(await refused.Receive()).RootElement.GetProperty("error").GetString());

        await client.Send(new byte[] { 1 });
        Assert.Equal([1], await server.Receive());
        connections.ForEach(static c => c.Dispose());
        client.Dispose();
        server.Dispose();
    }

    [Fact]
    public async Task Requests_ThatNobodyReadsTheRepliesOf_WaitWithoutMemory()
    {
        await using Loopback loopback = await Loopback.Start(device: o => o with { Services = [.. Enumerable.Range(0, 64).Select(static i => new ServiceOptions($"s{i}"))] });
        using Application control = await loopback.Open("d/control");
        byte[] request = """{"request":"list"}"""u8.ToArray();
        int sent = 0;
        await loopback.Until(() =>
        {
            // Until the requests' own socket is full: the gateway has stopped reading them.
            while (control.TrySend(request))
            {
                sent++;
            }

            return sent > 0 && !control.TrySend(request);
        });

        for (int i = 0; i < sent; i++)
        {
            Assert.True(JsonDocument.Parse(await control.Receive()).RootElement.GetProperty("ok").GetBoolean());
        }
    }

    [Fact]
    public async Task Close_OfTheGateway_RemovesTheSocketAndEndsItsConnections()
    {
        Loopback loopback = await Loopback.Start();
        using Application control = await loopback.Open("d/control");
        Assert.True((await Ask(control, """{"request":"list"}""")).GetProperty("ok").GetBoolean());

        await loopback.Do(loopback.Device.Close);

        Assert.False(File.Exists(loopback.Run["d/control"]));
        Assert.False(File.Exists(loopback.Run["d/stream"]));
        Assert.Empty(await control.Receive());
        await loopback.DisposeAsync();
    }

    private static async Task<JsonElement> Ask(Application control, string request)
    {
        await control.Send(Encoding.UTF8.GetBytes(request));
        return JsonDocument.Parse(await control.Receive()).RootElement;
    }
}
