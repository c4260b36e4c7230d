using Bridge.Link.Transports.Tcp;

namespace Bridge.Link.Tests;

/// <summary>What a link does when its authenticated peer misbehaves, falls silent or comes twice.</summary>
public sealed class RawPeerTests
{
    private readonly Signal signal = new();

    private async Task<TestGateway> ListeningBetaAsync(TimeProvider? time = null)
    {
        TestGateway beta = new("beta", TestIdentity.Beta, TestIdentity.Alpha, LaneRole.Device, signal, time: time);
        // A client's half of the handshake ends before the server's: a test that moves the clock then must not expire the server's.
        await beta.ListenAsync(change: options => time is null ? options : options with { HandshakeTimeout = Timeout.InfiniteTimeSpan });
        beta.Link.Start();
        return beta;
    }

    private static Task<RawPeer> DialAsync(TestGateway gateway) => RawPeer.DialAsync(gateway.EndPoint, TestIdentity.Alpha, TestIdentity.Beta);

    private async Task<RawPeer> UpAsync(TestGateway gateway, uint last = 0)
    {
        int before = gateway.Lane.Ups;
        RawPeer raw = await DialAsync(gateway);
        await raw.GreetAsync(RawPeer.HelloOf("alpha", LaneRole.Driver, last: last));
        await signal.UntilAsync(() => gateway.Lane.Ups > before, "lane up");
        return raw;
    }

    [Fact]
    public async Task Hello_OtherVersionsOnly_ClosedWithVersionMismatchAndListenerGoesOn()
    {
        await using TestGateway beta = await ListeningBetaAsync();
        await using (RawPeer old = await DialAsync(beta))
        {
            await old.SendAsync(RawPeer.HelloOf("alpha", LaneRole.Driver, minimum: 7, maximum: 9));
            CloseNotice close = await old.ReadCloseAsync();
            Assert.Equal(CloseReason.VersionMismatch, close.Reason);
            Assert.Contains("1..1", close.Text, StringComparison.Ordinal);
            Assert.Contains("7..9", close.Text, StringComparison.Ordinal);
        }

        await using RawPeer good = await UpAsync(beta);
        Assert.True(beta.IsUp);
        Assert.Contains("VersionMismatch", beta.Link.Status.LastError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Hello_RangeThatIncludesOurs_HighestCommonVersionIsUsed()
    {
        await using TestGateway beta = await ListeningBetaAsync();
        await using RawPeer newer = await DialAsync(beta);
        await newer.GreetAsync(RawPeer.HelloOf("alpha", LaneRole.Driver, minimum: 0, maximum: 9));
        await signal.UntilAsync(() => beta.IsUp, "connected");
        Assert.Equal((ushort)1, beta.Link.Status.Version);
    }

    [Theory]
    [InlineData(4, CloseReason.BadChecksum)] // a bit of the checksum
    [InlineData(9, CloseReason.BadFrame)] // the flags
    [InlineData(2, CloseReason.BadFrame)] // a length beyond 64 KiB
    [InlineData(30, CloseReason.BadChecksum)] // a bit of the payload
    public async Task Frame_OneByteWrong_ClosedWithReasonAndNothingDelivered(int at, CloseReason reason)
    {
        await using TestGateway beta = await ListeningBetaAsync();
        await using RawPeer raw = await UpAsync(beta);
        LaneOutput lane = new(1, 1);
        lane.End(LaneOpen.Write(lane.Begin(FrameType.LaneOpen, 0), "m4"));
        await raw.FlushAsync(lane);
        lane.Begin(FrameType.Posted, 1)[..16].Fill(0xAB);
        lane.End(16);
        Assert.True(lane.TryTake(out ReadOnlyMemory<byte> bytes));
        byte[] wrong = bytes.ToArray();
        wrong[at] ^= 0x10;
        await raw.SendBytesAsync(wrong);
        Assert.Equal(reason, (await raw.ReadCloseAsync()).Reason);
        await signal.UntilAsync(() => beta.Ended.Contains(reason), "ended");
        Assert.Empty(beta.Lane.Payloads);
        Assert.Equal(1, beta.Lane.Downs);
        Assert.Equal(1, beta.Link.Status.EndedConnections[reason]);
    }

    [Fact]
    public async Task Garbage_AfterAuthentication_ClosedWithBadFrame()
    {
        await using TestGateway beta = await ListeningBetaAsync();
        await using RawPeer raw = await DialAsync(beta);
        await raw.SendBytesAsync("GET / HTTP/1.1\r\nHost: beta\r\n\r\n"u8.ToArray());
        Assert.Equal(CloseReason.BadFrame, (await raw.ReadCloseAsync()).Reason);
    }

    [Fact]
    public async Task Hello_NeverComes_ClosedWithHelloTimeout()
    {
        ManualTime time = new();
        await using TestGateway beta = await ListeningBetaAsync(time);
        await using RawPeer silent = await DialAsync(beta);
        using CancellationTokenSource limit = new(Signal.Bound);
        // The session exists once its timer does; until then an advance has nothing to expire.
        while (beta.Failed.IsEmpty && !limit.IsCancellationRequested)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        // The Close frame is not waited for here: who never said hello need not be told, only be gone.
        Assert.Equal([CloseReason.HelloTimeout], beta.Failed);
    }

    [Fact]
    public async Task Silence_AfterHello_PingedEveryThirdAndEndedAtIdleLimit()
    {
        ManualTime time = new();
        await using TestGateway beta = await ListeningBetaAsync(time);
        await using RawPeer halfOpen = await UpAsync(beta);
        Assert.Equal(FrameType.Ping, (await halfOpen.ReadAsync()).Header.Type);
        Assert.Equal(FrameType.LaneOpen, (await halfOpen.ReadAsync()).Header.Type);
        time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(FrameType.Ping, (await halfOpen.ReadAsync()).Header.Type);
        time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(FrameType.Ping, (await halfOpen.ReadAsync()).Header.Type);
        time.Advance(TimeSpan.FromSeconds(4.9));
        Assert.True(beta.IsUp);
        time.Advance(TimeSpan.FromSeconds(0.1));
        await signal.UntilAsync(() => beta.Ended.Contains(CloseReason.KeepAliveTimeout), "keep-alive timeout");
        Assert.Equal(["up 1", "down 1"], beta.Lane.Calls);
    }

    [Fact]
    public async Task AnyByte_WithinIdleLimit_KeepsConnection()
    {
        ManualTime time = new();
        await using TestGateway beta = await ListeningBetaAsync(time);
        await using RawPeer raw = await UpAsync(beta);
        for (ulong i = 1; i <= 5; i++)
        {
            time.Advance(TimeSpan.FromSeconds(14));
            raw.Control.End(PingToken.Write(raw.Control.Begin(FrameType.Ping, 0), i));
            await raw.FlushAsync(raw.Control);
            RawPeer.Frame frame;
            do
            {
                frame = await raw.ReadAsync();
            }
            while (frame.Header.Type != FrameType.Pong);
        }

        Assert.True(beta.IsUp);
        Assert.Empty(beta.Ended);
    }

    [Fact]
    public async Task SecondConnection_FirstLooksAlive_ReplacesItInOrder()
    {
        await using TestGateway beta = await ListeningBetaAsync();
        await using RawPeer first = await UpAsync(beta);
        await using RawPeer second = await UpAsync(beta, last: 1);
        await signal.UntilAsync(() => beta.Ended.Contains(CloseReason.Replaced), "replaced");
        Assert.Equal(["up 1", "down 1", "up 3"], beta.Lane.Calls);
        Assert.Equal(CloseReason.Replaced, (await first.ReadCloseAsync()).Reason);
    }

    [Fact]
    public async Task TransportCut_WithoutClose_EndsWithTransportFailed()
    {
        await using TestGateway beta = await ListeningBetaAsync();
        RawPeer raw = await UpAsync(beta);
        await raw.DisposeAsync();
        await signal.UntilAsync(() => beta.Ended.Contains(CloseReason.TransportFailed), "transport failed");
    }

    [Fact]
    public async Task CloseConnection_ByHandler_TellsPeerTheReason()
    {
        await using TestGateway beta = await ListeningBetaAsync();
        await using RawPeer raw = await UpAsync(beta);
        beta.Lane.CloseConnection!(7, CloseReason.InternalError, "another connection: ignored");
        beta.Lane.CloseConnection!(1, CloseReason.FlowViolation, "too much");
        CloseNotice close = await raw.ReadCloseAsync();
        Assert.Equal(new CloseNotice(CloseReason.FlowViolation, "too much"), close);
    }

    [Fact]
    public async Task Handler_Throws_EndsOnlyTheConnection()
    {
        await using TestGateway beta = await ListeningBetaAsync();
        beta.Lane.Received = _ => throw new InvalidOperationException("defect");
        await using RawPeer raw = await UpAsync(beta);
        LaneOutput lane = new(1, 1);
        lane.End(LaneOpen.Write(lane.Begin(FrameType.LaneOpen, 0), "m4"));
        lane.Begin(FrameType.Posted, 1);
        lane.End(0);
        await raw.FlushAsync(lane);
        Assert.Equal(CloseReason.InternalError, (await raw.ReadCloseAsync()).Reason);
        await using RawPeer next = await UpAsync(beta, last: 1);
        Assert.Equal(2, beta.Lane.Ups);
    }

    [Fact]
    public async Task InboundHello_LowerSideWaitsForItsOwnAnswer_RefusedWithSimultaneousOpen()
    {
        await using TcpTransportListener dialled = RawPeer.Listen(TestIdentity.Beta, TestIdentity.Alpha);
        await using TestGateway alpha = new(
            "alpha", TestIdentity.Alpha, TestIdentity.Beta, LaneRole.Driver, signal, [new LinkAddress("127.0.0.1", dialled.LocalEndPoint.Port)]);
        await alpha.ListenAsync();
        alpha.Link.Start();
        await using RawPeer answering = await RawPeer.AcceptAsync(dialled);
        Assert.Equal(FrameType.Hello, (await answering.ReadAsync()).Header.Type);

        await using RawPeer crossing = await RawPeer.DialAsync(alpha.EndPoint, TestIdentity.Beta, TestIdentity.Alpha);
        await crossing.SendAsync(RawPeer.HelloOf("beta", LaneRole.Device));
        Assert.Equal(CloseReason.SimultaneousOpen, (await crossing.ReadCloseAsync()).Reason);

        await answering.SendAsync(RawPeer.HelloOf("beta", LaneRole.Device));
        await signal.UntilAsync(() => alpha.IsUp, "own dial up");
        Assert.True(alpha.Link.Status.Initiator);
    }

    [Fact]
    public async Task InboundHello_HigherSideWaitsForItsOwnAnswer_DropsItsOwnDial()
    {
        await using TcpTransportListener dialled = RawPeer.Listen(TestIdentity.Alpha, TestIdentity.Beta);
        await using TestGateway beta = new(
            "beta", TestIdentity.Beta, TestIdentity.Alpha, LaneRole.Device, signal, [new LinkAddress("127.0.0.1", dialled.LocalEndPoint.Port)]);
        await beta.ListenAsync();
        beta.Link.Start();
        await using RawPeer unanswering = await RawPeer.AcceptAsync(dialled);
        Assert.Equal(FrameType.Hello, (await unanswering.ReadAsync()).Header.Type);

        await using RawPeer crossing = await DialAsync(beta);
        await crossing.GreetAsync(RawPeer.HelloOf("alpha", LaneRole.Driver));
        Assert.Equal(CloseReason.SimultaneousOpen, (await unanswering.ReadCloseAsync()).Reason);
        await signal.UntilAsync(() => beta.IsUp, "inbound up");
        Assert.False(beta.Link.Status.Initiator);
    }
}
