using Bridge.Linux;

namespace Bridge.Client.Tests;

/// <summary>What the gateway's <c>control</c> tells, and what happens without it.</summary>
public sealed class ControlTests : IDisposable
{
    private const string Ask = """{"request":"flow","socket":"channels/echo"}""";
    private const string Leave = """{"request":"close","socket":"channels/echo","own":true}""";
    private const string Done = """{"ok":true}""";
    private const string NoSuchSocket = """{"ok":false,"error":"ENOENT","message":"there is none"}""";

    private static readonly RpmsgPath Echo = RpmsgPath.Channel(FakeGateway.Device, "echo");

    private readonly FakeGateway _gateway = new();

    public void Dispose() => _gateway.Dispose();

    [Fact]
    public async Task Connect_GatewayTellsTheMaximum_RefusesLongerMessages()
    {
        using SeqPacketListener control = _gateway.Offer("control");
        Task<string> asked = _gateway.AnswerAsync(control, Flow(connected: true, maximum: 100));
        (RpmsgChannel channel, FakePeer peer) = await _gateway.OpenAsync();
        await using RpmsgChannel owned = channel;

        Assert.Equal(Ask, await asked);
        Assert.Equal(100, channel.MaximumMessageLength);
        RpmsgException failure = await Assert.ThrowsAsync<RpmsgException>(() => channel.SendAsync(new byte[101]).Bounded());
        Assert.Equal(RpmsgError.MessageTooLong, failure.Error);
        Assert.Equal(
            "a message of 101 bytes is longer than the 100 that rpmsg0 takes: send less, or raise devices:rpmsg0:rpmsg:bufferSize to 117 on both gateways.", failure.Message);
        await channel.SendAsync(new byte[100]).Bounded();
        Assert.Equal(100, (await peer.ReceiveAsync())!.Length);
    }

    [Theory]
    [InlineData("""{"ok":true,"socket":"channels/echo","conversations":[]}""")]
    [InlineData("""{"ok":true,"socket":"channels/echo","conversations":[],"maximum":0}""")]
    [InlineData("""{"ok":true,"socket":"channels/echo","conversations":[],"maximum":"long"}""")]
    [InlineData("""{"ok":true,"maximum":100}""")]
    [InlineData("""{"ok":false,"error":"EAGAIN","message":"16 applications are connected"}""")]
    [InlineData("[]")]
    [InlineData("not json")]
    [InlineData("")]
    public async Task Connect_StrangeReply_LeavesTheMaximumUnknown(string reply)
    {
        using SeqPacketListener control = _gateway.Offer("control");
        Task<string> asked = _gateway.AnswerAsync(control, reply);
        (RpmsgChannel channel, FakePeer peer) = await _gateway.OpenAsync();
        await using RpmsgChannel owned = channel;

        Assert.Equal(Ask, await asked);
        Assert.Null(channel.MaximumMessageLength);
        await channel.SendAsync(new byte[1000]).Bounded();
        Assert.Equal(1000, (await peer.ReceiveAsync())!.Length);
    }

    [Fact]
    public async Task Connect_GatewayDoesNotAnswer_GoesOnAfterAWhile()
    {
        using SeqPacketListener control = _gateway.Offer("control");

        (RpmsgChannel channel, FakePeer peer) = await _gateway.OpenAsync();
        await using RpmsgChannel owned = channel;

        Assert.Null(channel.MaximumMessageLength);
        peer.Send(1);
    }

    [Fact]
    public async Task Connect_CancelledWhileItAsks_LeavesNothingOpen()
    {
        using SeqPacketListener control = _gateway.Offer("control");
        using SeqPacketListener listener = _gateway.Offer("channels/echo");
        using CancellationTokenSource cancellation = new();
        Task<RpmsgChannel> connecting = RpmsgChannel.ConnectAsync(Echo, _gateway.Options, cancellation.Token);
        FakePeer peer = await _gateway.AcceptAsync(listener);
        FakePeer asking = await _gateway.AcceptAsync(control);

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connecting.Bounded());
        Assert.Null(await peer.ReceiveAsync());
        while (await asking.ReceiveAsync() is not null)
        {
            // The request, if it was sent already; then the end.
        }
    }

    [Theory]
    [InlineData(true, RpmsgError.Taken, "another application has rpmsg0/channels/echo open: end it, or wait for it (Wait).")]
    [InlineData(false, RpmsgError.NotAnnounced, "the other side has not announced echo on rpmsg0, or another application has it open: start the service there, or wait for it (Wait); free: none.")]
    public async Task Connect_NotThere_TellsWhetherItIsTaken(bool taken, RpmsgError error, string sentence)
    {
        RpmsgException failure = await FailAsync(Echo, Flow(taken, maximum: 496));

        Assert.Equal((error, sentence), (failure.Error, failure.Message));
    }

    [Fact]
    public async Task Connect_GatewayHasNoSuchChannel_SaysThatItIsNotAnnounced()
    {
        RpmsgException failure = await FailAsync(Echo, NoSuchSocket);

        Assert.Equal(
            (RpmsgError.NotAnnounced, "the other side has not announced echo on rpmsg0 yet: start the service there, or wait for it (Wait); free: none."),
            (failure.Error, failure.Message));
    }

    [Fact]
    public async Task Connect_GatewayHasNoSuchService_SaysWhereToListIt()
    {
        RpmsgException failure = await FailAsync(RpmsgPath.Service(FakeGateway.Device, "echo"), NoSuchSocket);

        Assert.Equal(
            (RpmsgError.NoService, "the gateway has no service echo on rpmsg0: check the name, or list it under devices:rpmsg0:services; free: none."),
            (failure.Error, failure.Message));
    }

    [Fact]
    public async Task Dispose_WithReconnect_SaysBeforeItsEndThatNobodyComesBack()
    {
        using SeqPacketListener control = _gateway.Offer("control");
        Task<string> asked = _gateway.AnswerAsync(control, Flow(connected: true, maximum: 496));
        (RpmsgChannel channel, FakePeer peer) = await _gateway.OpenAsync(_gateway.Options with { Reconnect = Timeout.InfiniteTimeSpan });
        await asked;
        await channel.SendAsync(new byte[] { 1 }).Bounded();

        Task disposing = channel.DisposeAsync().AsTask();
        FakePeer leaving = await _gateway.AcceptAsync(control);
        Assert.Equal(Leave, System.Text.Encoding.UTF8.GetString((await leaving.ReceiveAsync())!));
        Assert.Equal(new byte[] { 1 }, await peer.ReceiveAsync());
        Assert.Equal(0, peer.Drain());
        Assert.False(disposing.IsCompleted);
        leaving.Send(System.Text.Encoding.UTF8.GetBytes(Done));

        await disposing.Bounded();
        Assert.Null(await peer.ReceiveAsync());
    }

    [Fact]
    public async Task Dispose_WithoutReconnect_SaysNothing()
    {
        using SeqPacketListener control = _gateway.Offer("control");
        Task<string> asked = _gateway.AnswerAsync(control, Flow(connected: true, maximum: 496));
        (RpmsgChannel channel, FakePeer peer) = await _gateway.OpenAsync();
        await asked;

        await channel.DisposeAsync().Bounded();

        Assert.Null(await peer.ReceiveAsync());
        Assert.Null(control.Accept());
    }

    private static string Flow(bool connected, int maximum) =>
        $$"""{"ok":true,"socket":"channels/echo","conversations":[{"state":"open","connected":{{(connected ? "true" : "false")}},"local":1024}],"maximum":{{maximum}}}""";

    private async Task<RpmsgException> FailAsync(RpmsgPath path, string reply)
    {
        using SeqPacketListener control = _gateway.Offer("control");
        Task<string> asked = _gateway.AnswerAsync(control, reply);
        RpmsgException failure = await Assert.ThrowsAsync<RpmsgException>(() => RpmsgChannel.ConnectAsync(path, _gateway.Options).Bounded());
        Assert.Contains("\"flow\"", await asked, StringComparison.Ordinal);
        return failure;
    }
}
