using Bridge.Linux;

namespace Bridge.Client.Tests;

/// <summary>The connection ends although the application did not want it.</summary>
public sealed class ReconnectTests : IDisposable
{
    private readonly FakeGateway _gateway = new();
    private readonly byte[] _buffer = new byte[100];

    private RpmsgChannelOptions Lasting => _gateway.Options with { Reconnect = Timeout.InfiniteTimeSpan };

    public void Dispose() => _gateway.Dispose();

    [Fact]
    public async Task Receive_ConnectionEnds_GoesOnWithTheNextOne()
    {
        (RpmsgChannel channel, FakePeer first) = await _gateway.OpenAsync(Lasting);
        await using RpmsgChannel owned = channel;
        first.Send(1);
        first.End();

        Assert.Equal((1, 1), await ReceiveAsync(channel));
        Task<(int, int)> receiving = ReceiveAsync(channel);
        FakePeer second = await NextAsync();
        second.Send(2, 0);

        Assert.Equal((2, 2), await receiving);
        Assert.Equal(1, channel.Reconnects);
    }

    [Fact]
    public async Task Send_RefusedByTheEndedConnection_IsSentOnTheNextOneOnce()
    {
        (RpmsgChannel channel, FakePeer first) = await _gateway.OpenAsync(Lasting);
        await using RpmsgChannel owned = channel;
        first.End();

        Task sending = channel.SendAsync(new byte[] { 7, 8 }).AsTask();
        FakePeer second = await NextAsync();
        await sending.Bounded();
        await channel.SendAsync(new byte[] { 9 }).Bounded();

        Assert.Equal(new byte[] { 7, 8 }, await second.ReceiveAsync());
        Assert.Equal(new byte[] { 9 }, await second.ReceiveAsync());
        Assert.Equal(0, second.Drain());
    }

    [Fact]
    public async Task Send_AcceptedBeforeTheGatewayWasKilled_IsNotRepeated()
    {
        (RpmsgChannel channel, FakePeer first) = await _gateway.OpenAsync(Lasting);
        await using RpmsgChannel owned = channel;
        await channel.SendAsync(new byte[] { 1 }).Bounded();
        first.Dispose();

        Task sending = channel.SendAsync(new byte[] { 2 }).AsTask();
        FakePeer second = await NextAsync();
        await sending.Bounded();

        Assert.Equal(new byte[] { 2 }, await second.ReceiveAsync());
        Assert.Equal(0, second.Drain());
    }

    [Fact]
    public async Task Receive_OldConnectionHasUnreadMessages_GetsThemFirst()
    {
        (RpmsgChannel channel, FakePeer first) = await _gateway.OpenAsync(Lasting);
        await using RpmsgChannel owned = channel;
        first.Send(1);
        first.Send(2);
        first.Dispose();
        Task sending = channel.SendAsync(new byte[] { 1 }).AsTask();
        FakePeer second = await NextAsync();
        await sending.Bounded();
        second.Send(3);

        Assert.Equal((1, 1), await ReceiveAsync(channel));
        Assert.Equal((1, 2), await ReceiveAsync(channel));
        Assert.Equal((1, 3), await ReceiveAsync(channel));
    }

    [Fact]
    public async Task Receive_TwoConnectionsBehind_LosesThoseOfTheMiddleOnly()
    {
        (RpmsgChannel channel, FakePeer first) = await _gateway.OpenAsync(Lasting);
        await using RpmsgChannel owned = channel;
        first.Send(1);
        first.Dispose();
        FakePeer second = await SendOnNextAsync(channel);
        second.Send(2);
        second.Dispose();
        FakePeer third = await SendOnNextAsync(channel);
        third.Send(3);

        Assert.Equal((1, 1), await ReceiveAsync(channel));
        Assert.Equal((1, 3), await ReceiveAsync(channel));
        Assert.Equal(2, channel.Reconnects);
    }

    [Fact]
    public async Task Calls_ReaderAndWriterFindTheEnd_OpenOneConnection()
    {
        (RpmsgChannel channel, FakePeer first) = await _gateway.OpenAsync(Lasting);
        await using RpmsgChannel owned = channel;
        first.End();
        Task<(int, int)> receiving = ReceiveAsync(channel);
        Task sending = channel.SendAsync(new byte[] { 5 }).AsTask();

        FakePeer second = await NextAsync();
        await sending.Bounded();
        second.Send(6);

        Assert.Equal((1, 6), await receiving);
        Assert.Equal(new byte[] { 5 }, await second.ReceiveAsync());
        Assert.Equal(1, channel.Reconnects);
    }

    [Fact]
    public async Task TrySend_ConnectionHasEnded_IsFalseUntilItIsOpenAgain()
    {
        (RpmsgChannel channel, FakePeer first) = await _gateway.OpenAsync(Lasting);
        await using RpmsgChannel owned = channel;
        first.End();
        Assert.False(channel.TrySend([1]));

        FakePeer second = await NextAsync();
        await Patience.UntilAsync(() => channel.TrySend([1]), "sending");

        Assert.Equal(new byte[] { 1 }, await second.ReceiveAsync());
        Assert.Equal(0, second.Drain());
    }

    [Fact]
    public async Task Calls_NotOpenAgainInTime_SayWhy()
    {
        (RpmsgChannel channel, FakePeer first) = await _gateway.OpenAsync(_gateway.Options with { Reconnect = TimeSpan.FromMilliseconds(50) });
        await using RpmsgChannel owned = channel;
        first.Send(1);
        first.End();

        Assert.Equal((1, 1), await ReceiveAsync(channel));
        RpmsgException[] failures =
        [
            await Assert.ThrowsAsync<RpmsgException>(() => channel.ReceiveAsync(_buffer).Bounded()),
            await Assert.ThrowsAsync<RpmsgException>(() => channel.SendAsync(_buffer).Bounded()),
            Assert.Throws<RpmsgException>(() => channel.TrySend(_buffer)),
        ];

        Assert.All(failures, failure => Assert.Equal(RpmsgError.Ended, failure.Error));
        Assert.All(
            failures,
            failure => Assert.StartsWith(
                "rpmsg0/channels/echo has ended and could not be opened again within 0.05 s: the other side has not announced echo", failure.Message, StringComparison.Ordinal));
        Assert.Equal(0, channel.Reconnects);
    }

    [Fact]
    public async Task Receive_CancelledWhileItIsOpenedAgain_EndsTheCallOnly()
    {
        (RpmsgChannel channel, FakePeer first) = await _gateway.OpenAsync(Lasting);
        await using RpmsgChannel owned = channel;
        first.End();
        using CancellationTokenSource cancellation = new();
        Task<int> receiving = channel.ReceiveAsync(_buffer, cancellation.Token).AsTask();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => receiving.Bounded());

        FakePeer second = await NextAsync();
        second.Send(4);

        Assert.Equal((1, 4), await ReceiveAsync(channel));
    }

    [Fact]
    public async Task Dispose_WhileItIsOpenedAgain_EndsTheCalls()
    {
        (RpmsgChannel channel, FakePeer first) = await _gateway.OpenAsync(Lasting);
        first.End();
        Task<int> receiving = channel.ReceiveAsync(_buffer).AsTask();
        Task sending = channel.SendAsync(_buffer).AsTask();

        await channel.DisposeAsync().Bounded();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => receiving.Bounded());
        await Assert.ThrowsAsync<ObjectDisposedException>(() => sending.Bounded());
    }

    private async Task<FakePeer> SendOnNextAsync(RpmsgChannel channel)
    {
        Task sending = channel.SendAsync(new byte[] { 0 }).AsTask();
        FakePeer peer = await NextAsync();
        await sending.Bounded();
        return peer;
    }

    /// <summary>The name is there again; the gateway's end of the next connection.</summary>
    private async Task<FakePeer> NextAsync()
    {
        using SeqPacketListener listener = _gateway.Offer("channels/echo");
        FakePeer peer = await _gateway.AcceptAsync(listener);
        _gateway.Withdraw("channels/echo");
        return peer;
    }

    /// <summary>The next message's length and first byte.</summary>
    private async Task<(int Length, int First)> ReceiveAsync(RpmsgChannel channel)
    {
        int length = await channel.ReceiveAsync(_buffer).Bounded();
        return (length, _buffer[0]);
    }
}
