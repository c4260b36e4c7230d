using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Bridge.Client;
using Bridge.EndToEnd.Tests.Applications;
using Bridge.EndToEnd.Tests.Gateways;
using Bridge.EndToEnd.Tests.Processes;

namespace Bridge.EndToEnd.Tests.Sockets;

/// <summary>What applications may expect of a service where the configuration says so, through two gateways.</summary>
public sealed class TermsTests
{
    private readonly byte[] _buffer = new byte[Application.MaximumMessage];

    [Fact]
    public async Task Permanent_WithoutAnApplication_KeepsItsPeersMessages()
    {
        await using GatewayPair pair = await JoinAsync(new JsonObject { ["permanent"] = true });
        using Application opening = await Application.ConnectAsync(pair.A.Channel("rpmsg0", "echo"));
        await opening.SendAsync("one"u8.ToArray());
        await opening.SendAsync("two"u8.ToArray());
        await pair.B.UntilAsync(status => Counter(status, "queued") >= 2, "both messages wait");

        using Application offering = await Application.ConnectAsync(pair.B.Service("rpmsg0", "echo"));

        Assert.Equal("one"u8.ToArray(), await offering.ReceiveAsync());
        Assert.Equal("two"u8.ToArray(), await offering.ReceiveAsync());
        await offering.SendAsync("three"u8.ToArray());
        Assert.Equal("three"u8.ToArray(), await opening.ReceiveAsync());
    }

    [Fact]
    public async Task Peers_Two_EachApplicationGetsOneOfItsOwn()
    {
        await using GatewayPair pair = await JoinAsync(new JsonObject { ["peers"] = 2, ["address"] = 30 });
        using Application one = await Application.ConnectAsync(pair.B.Service("rpmsg0", "echo"));
        using Application two = await Application.ConnectAsync(pair.B.Service("rpmsg0", "echo"));
        await Bounds.UntilAsync(() => !File.Exists(pair.B.Service("rpmsg0", "echo")), "the socket to be taken away", pair.Describe);
        using Application first = await Application.ConnectAsync(pair.A.Channel("rpmsg0", "echo"));
        using Application second = await Application.ConnectAsync(pair.A.Socket("rpmsg0", "endpoints/echo.30"));
        await first.SendAsync("1"u8.ToArray());
        await second.SendAsync("2"u8.ToArray());

        // Which of them gets which is not promised.
        byte[] atOne = await one.ReceiveAsync(), atTwo = await two.ReceiveAsync();
        Assert.Equal("12", string.Concat(new[] { atOne, atTwo }.Select(static m => (char)m[0]).Order()));
        await one.SendAsync(atOne);
        await two.SendAsync(atTwo);

        Assert.Equal("1"u8.ToArray(), await first.ReceiveAsync());
        Assert.Equal("2"u8.ToArray(), await second.ReceiveAsync());
    }

    [ProgramFact("python3")]
    public async Task Takeover_ByAnotherApplication_IsLoggedWithBothProcesses()
    {
        IPEndPoint tcp = Loopback.Next();
        await using GatewayPair pair = await JoinAsync(new JsonObject { ["takeover"] = true }, device => device["tcp"] = tcp.ToString());
        await using RunningProcess earlier = PythonPrograms.StartStream(pair.B.Socket("rpmsg0", "stream"), "services/echo", "serve");
        using Application opening = await Application.ConnectAsync(pair.A.Channel("rpmsg0", "echo"));
        await opening.SendAsync("one"u8.ToArray());
        Assert.Equal("one"u8.ToArray(), await opening.ReceiveAsync());

        await using RunningProcess later = PythonPrograms.StartStream(pair.B.Socket("rpmsg0", "stream"), "services/echo", "serve");

        Assert.Equal(0, (await earlier.ExitAsync()).ExitCode);
        await opening.SendAsync("two"u8.ToArray());
        Assert.Equal("two"u8.ToArray(), await opening.ReceiveAsync());
        await pair.B.UntilLoggedAsync($"services/echo is taken over from process {Text(earlier.Id)} of user ");
        Assert.Contains(pair.B.LogLines, line => line.Contains($" by process {Text(later.Id)} of user ", StringComparison.Ordinal));

        await using RunningProcess last = PythonPrograms.StartStream(tcp, "services/echo", "serve");

        Assert.Equal(0, (await later.ExitAsync()).ExitCode);
        await opening.SendAsync("three"u8.ToArray());
        Assert.Equal("three"u8.ToArray(), await opening.ReceiveAsync());
        await pair.B.UntilLoggedAsync("by somebody over TCP (process unknown)");
        Assert.Equal(2, await pair.B.CounterAsync("rpmsg0", "port.takenOver"));
    }

    [ProgramFact("python3")]
    public async Task Grace_AfterAnApplicationWasKilled_KeepsAddressPeerAndMessages()
    {
        await using GatewayPair pair = await JoinAsync(new JsonObject { ["graceSeconds"] = 3600 });
        await using RunningProcess killed = PythonPrograms.StartStream(pair.B.Socket("rpmsg0", "stream"), "services/echo", "serve");
        using Application opening = await Application.ConnectAsync(pair.A.Channel("rpmsg0", "echo"));
        await opening.SendAsync("one"u8.ToArray());
        Assert.Equal("one"u8.ToArray(), await opening.ReceiveAsync());
        await using ControlApplication control = new(pair.B.Socket("rpmsg0", "control"));
        (uint, uint) before = await AddressesAsync(control);

        await killed.SignalAsync("KILL");
        await pair.B.UntilLoggedAsync("the application of");
        await opening.SendAsync("two"u8.ToArray());
        await opening.SendAsync("three"u8.ToArray());
        await pair.B.UntilAsync(status => Counter(status, "queued") >= 2, "both messages wait");
        Assert.Equal(before, await AddressesAsync(control));
        using Application back = await Application.ConnectAsync(pair.B.Service("rpmsg0", "echo"));

        Assert.Equal("two"u8.ToArray(), await back.ReceiveAsync());
        Assert.Equal("three"u8.ToArray(), await back.ReceiveAsync());
        await back.SendAsync("four"u8.ToArray());
        Assert.Equal("four"u8.ToArray(), await opening.ReceiveAsync());
        Assert.Equal(before, await AddressesAsync(control));
    }

    [ProgramFact("python3")]
    public async Task Client_DisposedWithoutReconnect_FindsAddressPeerAndMessagesAgain()
    {
        await using GatewayPair pair = await JoinAsync(new JsonObject { ["graceSeconds"] = 3600 });
        RpmsgChannelOptions options = new() { RunDirectory = pair.B.RunDirectory, Wait = Bounds.Limit };
        await using ControlApplication control = new(pair.B.Socket("rpmsg0", "control"));
        RpmsgChannel first = await RpmsgChannel.ConnectAsync(RpmsgPath.Service("rpmsg0", "echo"), options).Bounded();
        Assert.Equal(Application.MaximumMessage, first.MaximumMessageLength);
        using Application opening = await Application.ConnectAsync(pair.A.Channel("rpmsg0", "echo"));
        await opening.SendAsync("one"u8.ToArray());
        Assert.Equal(3, await first.ReceiveAsync(_buffer).AsTask().Bounded());
        (uint, uint) before = await AddressesAsync(control);

        await first.DisposeAsync();
        await pair.B.UntilLoggedAsync("the application of");
        await opening.SendAsync("waited"u8.ToArray());
        await using RpmsgChannel second = await RpmsgChannel.ConnectAsync(RpmsgPath.Service("rpmsg0", "echo"), options).Bounded();

        Assert.Equal(6, await second.ReceiveAsync(_buffer).AsTask().Bounded());
        await second.SendAsync("answer"u8.ToArray());
        Assert.Equal("answer"u8.ToArray(), await opening.ReceiveAsync());
        Assert.Equal(before, await AddressesAsync(control));
    }

    [Fact]
    public async Task Client_DisposedWithReconnect_GivesItsPlaceUpAtOnce()
    {
        await using GatewayPair pair = await JoinAsync(new JsonObject { ["graceSeconds"] = 3600 });
        RpmsgChannelOptions options = new() { RunDirectory = pair.B.RunDirectory, Wait = Bounds.Limit, Reconnect = Timeout.InfiniteTimeSpan };
        RpmsgChannel service = await RpmsgChannel.ConnectAsync(RpmsgPath.Service("rpmsg0", "echo"), options).Bounded();
        using Application opening = await Application.ConnectAsync(pair.A.Channel("rpmsg0", "echo"));
        await opening.SendAsync("one"u8.ToArray());
        Assert.Equal(3, await service.ReceiveAsync(_buffer).AsTask().Bounded());
        await service.SendAsync("last"u8.ToArray());

        await service.DisposeAsync();

        Assert.Equal("last"u8.ToArray(), await opening.ReceiveAsync());
        Assert.Equal(0, await opening.ReceiveToEndAsync());
    }

    [Fact]
    public async Task Client_ConnectingInVain_TellsTakenFromNotAnnounced()
    {
        await using GatewayPair pair = await JoinAsync([], device => device["rpmsg"] = new JsonObject { ["bufferSize"] = 1024 });
        RpmsgChannelOptions options = new() { RunDirectory = pair.B.RunDirectory, Wait = Bounds.Limit };
        await using RpmsgChannel service = await RpmsgChannel.ConnectAsync(RpmsgPath.Service("rpmsg0", "echo"), options).Bounded();
        Assert.Equal(1008, service.MaximumMessageLength);

        RpmsgException taken = await Assert.ThrowsAsync<RpmsgException>(
            () => RpmsgChannel.ConnectAsync(RpmsgPath.Service("rpmsg0", "echo"), options with { Wait = TimeSpan.Zero }).Bounded());
        RpmsgException unknown = await Assert.ThrowsAsync<RpmsgException>(
            () => RpmsgChannel.ConnectAsync(RpmsgPath.Channel("rpmsg0", "ecco"), options with { Wait = TimeSpan.Zero }).Bounded());

        Assert.Equal((RpmsgError.Taken, "another application has rpmsg0/services/echo open: end it, or wait for it (Wait)."), (taken.Error, taken.Message));
        Assert.Equal(
            (RpmsgError.NotAnnounced, "the other side has not announced ecco on rpmsg0 yet: start the service there, or wait for it (Wait); free: none."), (unknown.Error, unknown.Message));
    }

    [Fact]
    public async Task AddressService_OnBothSides_IsNegotiatedAndTalks()
    {
        static void TurnOn(JsonNode devices) => devices["rpmsg0"]!["rpmsg"] = new JsonObject { ["addressService"] = true };
        await using GatewayPair pair = await GatewayPair.JoinAsync(BridgePlan.OnLoopback("tcp") with
        {
            Devise = static (a, b) =>
            {
                TurnOn(a);
                TurnOn(b);
            },
        });

        (Application offering, Application opening) = await pair.TalkAsync("echo");
        using (offering)
        using (opening)
        {
            await opening.SendAsync("one"u8.ToArray());
            Assert.Equal("one"u8.ToArray(), await offering.ReceiveAsync());
            await offering.SendAsync("two"u8.ToArray());
            Assert.Equal("two"u8.ToArray(), await opening.ReceiveAsync());
            foreach (TestGateway gateway in new[] { pair.A, pair.B })
                Assert.Contains("RPMSG_F_AS", (await gateway.StatusAsync()).GetProperty("devices")[0].GetProperty("features").GetString(), StringComparison.Ordinal);
        }
    }

    private static string Text(int id) => id.ToString(CultureInfo.InvariantCulture);

    /// <summary>The service's own address and its peer's.</summary>
    private static async Task<(uint Local, uint Remote)> AddressesAsync(ControlApplication control)
    {
        JsonElement entry = (await control.DoAsync("""{"request":"list"}""")).GetProperty("entries")[0];
        return (entry.GetProperty("local").GetUInt32(), entry.GetProperty("remote").GetUInt32());
    }

    private static long Counter(JsonElement status, string name) =>
        status.GetProperty("devices")[0].GetProperty("counters").TryGetProperty($"port.{name}", out JsonElement counter) ? counter.GetInt64() : 0;

    /// <summary>B's service <c>echo</c> with these terms.</summary>
    private static Task<GatewayPair> JoinAsync(JsonObject terms, Action<JsonNode>? device = null) => GatewayPair.JoinAsync(BridgePlan.OnLoopback("tcp") with
    {
        Devise = (a, b) =>
        {
            b["rpmsg0"]!["services"]!["echo"] = terms;
            device?.Invoke(b["rpmsg0"]!);
        },
    });
}
