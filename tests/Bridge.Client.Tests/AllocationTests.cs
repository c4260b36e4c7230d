using Bridge.Linux;

namespace Bridge.Client.Tests;

[Collection(Alone.Name)]
public sealed class AllocationTests : IDisposable
{
    private const int Messages = 20_000;

    private readonly FakeGateway _gateway = new();

    public void Dispose() => _gateway.Dispose();

    /// <summary>In turn, so that each receive waits, and in bursts that fill the socket, so that sends wait; into a buffer for any message and into one that is peeked for.</summary>
    [Theory]
    [InlineData(1, 496)]
    [InlineData(1000, 496)]
    [InlineData(1, RpmsgChannelOptions.LargestMessageLength)]
    public async Task Messages_WarmedUp_AllocateNothing(int burst, int room)
    {
        (RpmsgChannel channel, SeqPacketSocket peer) = await OpenAsync();
        await using RpmsgChannel owned = channel;
        using SeqPacketSocket other = peer;
        using EchoThread echo = new(other);
        byte[] message = new byte[496], buffer = new byte[room];
        using CancellationTokenSource never = new();
        // On the thread pool: the test framework's synchronization context allocates for each await of its own.
        Task ExchangeOnceAsync() => Task.Run(() => ExchangeAsync(channel, burst, message, buffer, never.Token)).WaitAsync(Patience.Limit);
        await ExchangeOnceAsync();
        long least = long.MaxValue;
        // The runtime and the test host allocate now and then, on threads of their own; what the path itself allocates shows every time.
        for (int attempt = 0; attempt < 5 && least >= Messages; attempt++)
        {
            long before = GC.GetTotalAllocatedBytes(precise: true);
            await ExchangeOnceAsync();
            least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
        }

        // One object of the smallest size per message would be 480,000 bytes.
        Assert.True(least < Messages, $"{least} bytes for {Messages} messages and their echoes");
    }

    private static async Task ExchangeAsync(RpmsgChannel channel, int burst, byte[] message, byte[] buffer, CancellationToken cancellation)
    {
        for (int sent = 0; sent < Messages; sent += burst)
        {
            Task sending = SendAsync(channel, burst, message, cancellation);
            for (int i = 0; i < burst; i++)
            {
                // Assert.Equal allocates.
                Assert.True(await channel.ReceiveAsync(buffer, cancellation) == message.Length);
            }

            await sending;
        }
    }

    // Completes at once for a burst of one: then it makes no task.
    private static Task SendAsync(RpmsgChannel channel, int burst, byte[] message, CancellationToken cancellation)
    {
        if (burst > 1)
        {
            return SendManyAsync(channel, burst, message, cancellation);
        }

        ValueTask sending = channel.SendAsync(message, cancellation);
        Assert.True(sending.IsCompletedSuccessfully);
        return Task.CompletedTask;
    }

    private static async Task SendManyAsync(RpmsgChannel channel, int count, byte[] message, CancellationToken cancellation)
    {
        for (int i = 0; i < count; i++)
        {
            await channel.SendAsync(message, cancellation);
        }
    }

    private async Task<(RpmsgChannel Channel, SeqPacketSocket Peer)> OpenAsync()
    {
        using SeqPacketListener listener = _gateway.Offer("channels/echo");
        RpmsgChannel channel = await RpmsgChannel.ConnectAsync(RpmsgPath.Channel(FakeGateway.Device, "echo"), _gateway.Options).Bounded();
        return (channel, listener.Accept()!);
    }
}
