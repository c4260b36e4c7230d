using System.Text;
using System.Text.Json;
using Bridge.Ports.Sockets;
using Bridge.Ports.Sockets.Access;
using Bridge.Ports.Tests.Sockets.Streams;

namespace Bridge.Ports.Tests.Sockets.Access;

/// <summary>What the rules deny, at real sockets: nothing denied is shown, announced, sent or handed over, and every message of it is counted.</summary>
[Trait("Category", "Security")]
public sealed class AccessTests
{
    private static readonly ServiceOptions[] s_services = [new("open", 30), new("secret", 31)];

    [Fact]
    public async Task Deny_OutOfAService_ItIsNotAnnouncedAndItsMessagesAreCounted()
    {
        await using Loopback loopback = await Loopback.Start(device: o => o with { Services = s_services, Access = [Deny("secret", AccessDirection.Out)] });
        using Application server = await loopback.Open("d/services/secret");
        (Application client, Application other) = await loopback.OpenPair("open");

        Assert.Equal(["open.30"], loopback.Run.Names("v/endpoints"));
        Assert.DoesNotContain((await loopback.DriverStatus()).Entries, entry => entry.Name == "secret");

        // Who knows the address can talk to it still, and gets no answer.
        using Application asking = await OpenEndpoint(loopback, "v", "guess", 31);
        await asking.Send("question"u8.ToArray());
        Assert.Equal("question"u8.ToArray(), await server.Receive());
        await server.Send("answer"u8.ToArray());
        await loopback.Until(() => loopback.Device.ReadStatus().Counters.DeniedOut == 1);
        await client.Send("hello"u8.ToArray());
        Assert.Equal("hello"u8.ToArray(), await other.Receive());
        client.Dispose();
        other.Dispose();
    }

    [Fact]
    public async Task Deny_InOfAService_ItsMessagesAreDroppedAndCountedAndTheSenderIsNotStopped()
    {
        await using Loopback loopback = await Loopback.Start(device: o => o with { Services = s_services, Access = [Deny("secret", AccessDirection.In)] });
        (Application client, Application server) = await loopback.OpenPair("secret");
        using (client)
        using (server)
        {
            // More than a window: what is denied gives its credit back.
            for (int i = 0; i < 3 * FlowWindow.Initial; i++)
                await client.Send(BitConverter.GetBytes(i));

            await loopback.Until(() => loopback.Device.ReadStatus().Counters.DeniedIn == 3 * FlowWindow.Initial);
            await server.Send("out"u8.ToArray());
            Assert.Equal("out"u8.ToArray(), await client.Receive());
            Assert.Equal(0, (await loopback.DeviceStatus()).Counters.ToApplications);
        }
    }

    [Fact]
    public async Task Deny_InOfAServiceToAForeignSender_ItBecomesNobodysPeer()
    {
        await using ForeignDriver driver = await ForeignDriver.Start(flow: false, o => o with { Services = s_services, Access = [Deny("secret", AccessDirection.In)] });
        using Application server = await driver.Open("d/services/secret");
        await driver.Until(() => driver.Announced.Contains(("secret", 31u)));

        await driver.Send(2000, 31, [1]);

        await driver.Until(() => driver.Device.ReadStatus().Counters.DeniedIn == 1);
        Assert.Equal(ConversationState.Waiting, ConversationTests.Of(await driver.Status(), "services/secret").Conversation!.State);
    }

    [Fact]
    public async Task Deny_InOfANameOfTheOtherSide_ItIsNotShownAndCounted()
    {
        await using Loopback loopback = await Loopback.Start(
            driver: o => o with { Access = [Deny("sec*", AccessDirection.In)] }, device: o => o with { Services = s_services });
        using Application secret = await loopback.Open("d/services/secret");
        (Application client, Application server) = await loopback.OpenPair("open");
        await loopback.Until(() => loopback.Driver.ReadStatus().Counters.AnnouncementsDenied == 1);

        Assert.Equal(["open.30"], loopback.Run.Names("v/endpoints"));
        Assert.DoesNotContain((await loopback.DriverStatus()).Entries, entry => entry.Name == "secret");
        client.Dispose();
        server.Dispose();
    }

    [Fact]
    public async Task Deny_OfAnAddress_HoldsByWhateverNameItIsCalled()
    {
        await using Loopback loopback = await Loopback.Start(
            driver: o => o with { Access = [Deny("secret", AccessDirection.Both)] }, device: o => o with { Services = s_services });
        using Application secret = await loopback.Open("d/services/secret");
        using Application open = await loopback.Open("d/services/open");
        await loopback.Until(() => loopback.Driver.ReadStatus().Counters.AnnouncementsDenied == 1);

        // Neither an endpoint of another name, nor an addressed connection through another channel, comes to it.
        using Application control = await loopback.Open("v/control");
        await control.Send("""{"request":"create","endpoint":"harmless","remote":31}"""u8.ToArray());
        JsonElement reply = JsonDocument.Parse(await control.Receive()).RootElement;
        Assert.Equal("EACCES", reply.GetProperty("error").GetString());
        using StreamApplication addressed = await StreamApplication.Open(StreamApplication.Of(loopback, "v"), "channels/open addressed");
        await addressed.Send(31, [1]);
        await addressed.Send(30, [2]);

        Assert.Equal([2], await open.Receive());
        SocketsCounters counters = (await loopback.DriverStatus()).Counters;
        Assert.Equal((1, 0), (counters.DeniedOut, counters.Misaddressed));
        Assert.Equal(0, (await loopback.DeviceStatus()).Counters.PeersRefused);
    }

    [Fact]
    public async Task Deny_BothWaysOfAService_NobodyGetsASocket()
    {
        await using Loopback loopback = await Loopback.Start(
            device: o => o with { Services = [new("open", 30), new("secret", 31) { Terms = new EntryTerms(Permanent: true) }], Access = [Deny("secret", AccessDirection.Both)] });

        Assert.Equal(["open"], loopback.Run.Names("d/services"));
        Assert.Equal(EntryState.Refused, ConversationTests.Of(await loopback.DeviceStatus(), "services/secret").State);
        using StreamApplication stream = await StreamApplication.Open(StreamApplication.Of(loopback, "d"), "services/secret");
        Assert.StartsWith("error EACCES", stream.Answer, StringComparison.Ordinal);
        using Application open = await loopback.Open("d/services/open");
        await loopback.Until(() => loopback.Run.Names("v/channels") is ["open"]);
    }

    [Fact]
    public async Task First_RuleThatFits_Decides()
    {
        await using Loopback loopback = await Loopback.Start(
            driver: o => o with { Access = [Rule("open", AccessDirection.In, AccessAction.Allow), new AccessRule("*", new AddressRange(30, 40), AccessDirection.In, AccessAction.Deny)] },
            device: o => o with { Services = [.. s_services, new("far", 41)] });
        using Application open = await loopback.Open("d/services/open"), secret = await loopback.Open("d/services/secret"), far = await loopback.Open("d/services/far");

        await loopback.Until(() => loopback.Driver.ReadStatus().Counters.AnnouncementsDenied == 1);
        await loopback.Until(() => loopback.Run.Names("v/channels").Order().SequenceEqual(["far", "open"]));
    }

    [Fact]
    public async Task SetAccess_WhileConversationsRun_EndsWhatIsDeniedAndLeavesTheRestAlone()
    {
        await using Loopback loopback = await Loopback.Start(device: o => o with { Services = s_services });
        (Application client, Application server) = await loopback.OpenPair("open");
        (Application spy, Application secret) = await loopback.OpenPair("secret");
        await client.Send("before"u8.ToArray());

        await loopback.Do(() => loopback.Driver.SetAccess([Deny("secret", AccessDirection.Both)]));

        Assert.Empty(await spy.Receive());
        Assert.Empty(await secret.Receive());
        await loopback.Until(() => loopback.Run.Names("v/channels").Length == 0 && loopback.Run.Names("v/endpoints") is ["open.30"]);
        await client.Send("after"u8.ToArray());
        Assert.Equal("before"u8.ToArray(), await server.Receive());
        Assert.Equal("after"u8.ToArray(), await server.Receive());

        using Application again = await loopback.Open("d/services/secret");
        await loopback.Do(() => loopback.Driver.SetAccess([]));
        using Application back = await loopback.Open("v/channels/secret");
        await back.Send("back"u8.ToArray());
        Assert.Equal("back"u8.ToArray(), await again.Receive());
        foreach (Application application in new[] { client, server, spy, secret })
            application.Dispose();
    }

    [Fact]
    public async Task SetAccess_AtTheOfferingSide_WithdrawsAndOffersAgain()
    {
        await using Loopback loopback = await Loopback.Start(device: o => o with { Services = s_services });
        (Application client, Application server) = await loopback.OpenPair("secret");

        await loopback.Do(() => loopback.Device.SetAccess([Deny("secret", AccessDirection.Both)]));

        Assert.Empty(await client.Receive());
        Assert.Empty(await server.Receive());
        await loopback.Until(() => loopback.Run.Names("v/channels").Length == 0 && loopback.Run.Names("d/services") is ["open"]);

        await loopback.Do(() => loopback.Device.SetAccess([]));
        (Application again, Application there) = await loopback.OpenPair("secret");
        foreach (Application application in new[] { client, server, again, there })
            application.Dispose();
    }

    internal static AccessRule Deny(string service, AccessDirection direction) => Rule(service, direction, AccessAction.Deny);

    internal static AccessRule Rule(string service, AccessDirection direction, AccessAction action) => new(service, AddressRange.All, direction, action);

    /// <summary>An endpoint to an address that nobody announced.</summary>
    internal static async Task<Application> OpenEndpoint(Loopback loopback, string side, string name, uint remote)
    {
        using Application control = await loopback.Open($"{side}/control");
        await control.Send(Encoding.UTF8.GetBytes($$"""{"request":"create","endpoint":"{{name}}","remote":{{remote}}}"""));
        Assert.True(JsonDocument.Parse(await control.Receive()).RootElement.GetProperty("ok").GetBoolean());
        return await loopback.Open($"{side}/endpoints/{name}.{remote}");
    }
}
