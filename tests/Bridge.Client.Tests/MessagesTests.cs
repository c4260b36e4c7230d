namespace Bridge.Client.Tests;

public sealed class MessagesTests : IDisposable
{
    private readonly FakeGateway _gateway = new();
    private readonly byte[] _buffer = new byte[RpmsgChannelOptions.LargestMessageLength];

    public void Dispose() => _gateway.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(496)]
    [InlineData(RpmsgChannelOptions.LargestMessageLength)]
    public async Task Messages_BothWays_KeepTheirBoundaries(int length)
    {
        (RpmsgChannel channel, FakePeer peer) = await _gateway.OpenAsync();
        await using RpmsgChannel owned = channel;
        byte[] first = Content(length, 1), second = Content(length, 2);

        await channel.SendAsync(first).Bounded();
        await channel.SendAsync(second).Bounded();
        peer.Send((await peer.ReceiveAsync())!);
        peer.Send((await peer.ReceiveAsync())!);

        Assert.Equal(length, await channel.ReceiveAsync(_buffer).Bounded());
        Assert.Equal(first, _buffer[..length]);
        // A buffer of exactly the length.
        byte[] exact = new byte[length];
        Assert.Equal(length, await channel.ReceiveAsync(exact).Bounded());
        Assert.Equal(second, exact);
    }

    [Fact]
    public async Task Send_EmptyMessage_IsAPacket()
    {
        (RpmsgChannel channel, FakePeer peer) = await _gateway.OpenAsync();
        await using RpmsgChannel owned = channel;

        await channel.SendAsync(ReadOnlyMemory<byte>.Empty).Bounded();
        Assert.True(channel.TrySend([]));

        Assert.Empty((await peer.ReceiveAsync())!);
        Assert.Empty((await peer.ReceiveAsync())!);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(9)]
    public async Task Receive_BufferTooShort_NamesBothLengthsAndKeepsTheMessage(int room)
    {
        (RpmsgChannel channel, FakePeer peer) = await _gateway.OpenAsync();
        await using RpmsgChannel owned = channel;
        byte[] message = Content(10, 3);
        ValueTask<int> receiving = channel.ReceiveAsync(_buffer.AsMemory(0, room));

        peer.Send(message);
        peer.Send(4);

        RpmsgException failure = await Assert.ThrowsAsync<RpmsgException>(() => receiving.Bounded());
        Assert.Equal(RpmsgError.BufferTooShort, failure.Error);
        Assert.StartsWith($"a message of 10 bytes does not fit the buffer of {room}", failure.Message, StringComparison.Ordinal);
        Assert.Equal(10, await channel.ReceiveAsync(_buffer.AsMemory(0, 10)).Bounded());
        Assert.Equal(message, _buffer[..10]);
        Assert.Equal((1, 4), (await channel.ReceiveAsync(_buffer.AsMemory(0, 1)).Bounded(), _buffer[0]));
    }

    [Fact]
    public async Task Receive_Cancelled_LosesNoMessage()
    {
        (RpmsgChannel channel, FakePeer peer) = await _gateway.OpenAsync();
        await using RpmsgChannel owned = channel;
        int expected = 0;
        for (int i = 0; i < 200; i++)
        {
            using CancellationTokenSource cancellation = new();
            ValueTask<int> receiving = channel.ReceiveAsync(_buffer, cancellation.Token);
            // The message and the end of patience come at the same time: either may be first.
            Task cancelling = Task.Run(cancellation.Cancel);
            peer.Send((byte)i);
            await cancelling.Bounded();
            try
            {
                Assert.Equal(1, await receiving.Bounded());
            }
            catch (OperationCanceledException)
            {
                Assert.Equal(1, await channel.ReceiveAsync(_buffer).Bounded());
            }

            Assert.Equal((byte)expected++, _buffer[0]);
        }
    }

    [Fact]
    public async Task Send_SlowReader_WaitsAndGoesOn()
    {
        (RpmsgChannel channel, FakePeer peer) = await _gateway.OpenAsync();
        await using RpmsgChannel owned = channel;
        int sent = Fill(channel);

        ValueTask sending = channel.SendAsync(new byte[496]);
        Assert.False(sending.IsCompleted);
        Assert.Throws<InvalidOperationException>(() => channel.TrySend([1]));
        // Room is made, and the waiting message comes at the end.
        int received = peer.Drain();
        await sending.Bounded();
        received += peer.Drain();

        Assert.Equal(sent + 1, received);
    }

    [Fact]
    public async Task Send_CancelledWhileItWaits_IsNotSent()
    {
        (RpmsgChannel channel, FakePeer peer) = await _gateway.OpenAsync();
        await using RpmsgChannel owned = channel;
        int sent = Fill(channel);
        using CancellationTokenSource cancellation = new();
        ValueTask sending = channel.SendAsync(new byte[496], cancellation.Token);

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending.Bounded());
        Assert.Equal(sent, peer.Drain());
        Assert.Equal(0, peer.Drain());
        await channel.SendAsync(new byte[496]).Bounded();
        Assert.Equal(1, peer.Drain());
    }

    [Fact]
    public async Task Send_LongerThanTheOptionsSay_FailsBeforeItIsSent()
    {
        (RpmsgChannel channel, FakePeer peer) = await _gateway.OpenAsync(_gateway.Options with { MaximumMessageLength = 496 });
        await using RpmsgChannel owned = channel;

        RpmsgException waiting = await Assert.ThrowsAsync<RpmsgException>(() => channel.SendAsync(new byte[497]).Bounded());
        RpmsgException trying = Assert.Throws<RpmsgException>(() => channel.TrySend(new byte[497]));

        Assert.All([waiting, trying], failure => Assert.Equal(RpmsgError.MessageTooLong, failure.Error));
        Assert.StartsWith("a message of 497 bytes is longer than the 496 that rpmsg0 takes: send less, or raise devices:rpmsg0:rpmsg:bufferSize to 513 on both gateways.", waiting.Message, StringComparison.Ordinal);
        Assert.True(channel.TrySend(new byte[496]));
        Assert.Equal(496, (await peer.ReceiveAsync())!.Length);
    }

    [Fact]
    public async Task Send_LongerThanAnyDeviceTakes_Fails()
    {
        (RpmsgChannel channel, _) = await _gateway.OpenAsync();
        await using RpmsgChannel owned = channel;

        Assert.Null(channel.MaximumMessageLength);
        Assert.Equal(
            RpmsgError.MessageTooLong,
            (await Assert.ThrowsAsync<RpmsgException>(() => channel.SendAsync(new byte[RpmsgChannelOptions.LargestMessageLength + 1]).Bounded())).Error);
    }

    [Fact]
    public async Task Receive_PeerHasGone_GetsTheRestAndThenTheEndAgainAndAgain()
    {
        (RpmsgChannel channel, FakePeer peer) = await _gateway.OpenAsync();
        await using RpmsgChannel owned = channel;
        peer.Send(1);
        peer.Send(2, 2);
        peer.End();

        int[] lengths = await ReceiveManyAsync(channel, 4);
        Assert.Equal([1, 2, 0, 0], lengths);
    }

    [Fact]
    public async Task Receive_KilledGatewayLeftMessagesUnread_GetsTheRestAllTheSame()
    {
        (RpmsgChannel channel, FakePeer peer) = await _gateway.OpenAsync();
        await using RpmsgChannel owned = channel;
        await channel.SendAsync(new byte[5]).Bounded();
        peer.Send(1);
        peer.Send(2, 2);
        peer.Dispose();

        int[] lengths = await ReceiveManyAsync(channel, 3);
        Assert.Equal([1, 2, 0], lengths);
    }

    [Fact]
    public async Task Send_ConnectionHasEnded_SaysWhatMayBeTheReason()
    {
        (RpmsgChannel channel, FakePeer peer) = await _gateway.OpenAsync();
        await using RpmsgChannel owned = channel;
        await channel.SendAsync(new byte[600]).Bounded();
        peer.End();

        RpmsgException waiting = await Assert.ThrowsAsync<RpmsgException>(() => channel.SendAsync(new byte[1]).Bounded());
        RpmsgException trying = Assert.Throws<RpmsgException>(() => channel.TrySend([1]));

        Assert.All([waiting, trying], failure => Assert.Equal(RpmsgError.Ended, failure.Error));
        Assert.Contains("(the longest sent had 600 bytes); connect again.", waiting.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Receive_WhileAnotherIsUnderWay_IsRefused()
    {
        (RpmsgChannel channel, FakePeer peer) = await _gateway.OpenAsync();
        await using RpmsgChannel owned = channel;
        ValueTask<int> first = channel.ReceiveAsync(_buffer);

        await Assert.ThrowsAsync<InvalidOperationException>(() => channel.ReceiveAsync(new byte[1]).Bounded());

        peer.Send(7);
        Assert.Equal(1, await first.Bounded());
    }

    [Fact]
    public async Task Dispose_WhileCallsAreUnderWay_EndsThem()
    {
        (RpmsgChannel channel, FakePeer peer) = await _gateway.OpenAsync();
        int sent = Fill(channel);
        Task<int> receiving = channel.ReceiveAsync(_buffer).AsTask();
        Task sending = channel.SendAsync(new byte[496]).AsTask();

        await channel.DisposeAsync().Bounded();
        await channel.DisposeAsync().Bounded();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => receiving.Bounded());
        await Assert.ThrowsAsync<ObjectDisposedException>(() => sending.Bounded());
        await Assert.ThrowsAsync<ObjectDisposedException>(() => channel.ReceiveAsync(_buffer).Bounded());
        await Assert.ThrowsAsync<ObjectDisposedException>(() => channel.SendAsync(new byte[1]).Bounded());
        Assert.Throws<ObjectDisposedException>(() => channel.TrySend([1]));
        // What was sent is still there for the gateway, and then the end.
        Assert.Equal(sent, peer.Drain());
        Assert.Null(await peer.ReceiveAsync());
    }

    private static byte[] Content(int length, int seed)
    {
        byte[] content = new byte[length];
        new Random(seed).NextBytes(content);
        return content;
    }

    private static int Fill(RpmsgChannel channel)
    {
        int sent = 0;
        while (channel.TrySend(new byte[496]))
        {
            sent++;
        }

        Assert.True(sent > 10, $"{sent} messages fill a socket");
        return sent;
    }

    private async Task<int[]> ReceiveManyAsync(RpmsgChannel channel, int count)
    {
        int[] lengths = new int[count];
        for (int i = 0; i < count; i++)
        {
            lengths[i] = await channel.ReceiveAsync(_buffer.AsMemory(0, 100)).Bounded();
        }

        return lengths;
    }
}
