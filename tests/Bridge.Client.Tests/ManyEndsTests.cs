using System.Buffers.Binary;
using Bridge.Linux;

namespace Bridge.Client.Tests;

/// <summary>Connections that end again and again, at any moment, under a writer and a reader that both cancel now and then.</summary>
public sealed class ManyEndsTests : IDisposable
{
    private const int Ends = 40;

    private readonly FakeGateway _gateway = new();
    private readonly int _seed = Random.Shared.Next();

    public void Dispose() => _gateway.Dispose();

    [Fact]
    public async Task Messages_ConnectionEndsAgainAndAgain_ArriveOnceAndInOrder()
    {
        Random random = new(_seed);
        (RpmsgChannel channel, FakePeer peer) = await _gateway.OpenAsync(_gateway.Options with { Reconnect = Timeout.InfiniteTimeSpan });
        await using RpmsgChannel owned = channel;
        using CancellationTokenSource stop = new();
        Task<int> writing = Task.Run(() => WriteAsync(channel, stop.Token));
        Task<List<int>> reading = Task.Run(() => ReadAsync(channel, stop.Token));
        List<int> taken = [];
        int sent = 0;
        for (int i = 0; i < Ends; i++)
        {
            for (int messages = random.Next(20); messages > 0; messages--)
            {
                taken.Add(Number((await peer.ReceiveAsync())!));
                peer.Send(BitConverter.GetBytes(sent++));
            }

            // Whatever the socket accepted before its end is there; what it refused comes on the next connection.
            taken.AddRange(peer.End().Select(Number));
            using SeqPacketListener listener = _gateway.Offer("channels/echo");
            peer = await _gateway.AcceptAsync(listener);
            _gateway.Withdraw("channels/echo");
        }

        peer.Send(BitConverter.GetBytes(sent++));
        await stop.CancelAsync();
        int written = await writing.Bounded();
        List<int> received = await reading.Bounded();
        taken.AddRange(peer.End().Select(Number));

        Assert.True(Enumerable.Range(0, written).SequenceEqual(taken), $"seed {_seed}: {written} were sent, and these taken: {string.Join(' ', taken)}");
        // A reader that is two connections behind may have lost those of the one between.
        Assert.True(received.Zip(received.Skip(1)).All(pair => pair.First < pair.Second), $"seed {_seed}: {string.Join(' ', received)}");
        Assert.Equal(Ends, channel.Reconnects);
    }

    /// <summary>Numbers from 0; how many were sent.</summary>
    private async Task<int> WriteAsync(RpmsgChannel channel, CancellationToken stop)
    {
        Random random = new(_seed + 1);
        byte[] message = new byte[sizeof(int)];
        for (int number = 0; ;)
        {
            BinaryPrimitives.WriteInt32LittleEndian(message, number);
            using CancellationTokenSource impatience = CancellationTokenSource.CreateLinkedTokenSource(stop);
            impatience.CancelAfter(random.Next(5));
            try
            {
                await channel.SendAsync(message, impatience.Token);
                number++;
            }
            catch (OperationCanceledException)
            {
                if (stop.IsCancellationRequested)
                {
                    return number;
                }
            }
        }
    }

    private async Task<List<int>> ReadAsync(RpmsgChannel channel, CancellationToken stop)
    {
        Random random = new(_seed + 2);
        byte[] message = new byte[sizeof(int)];
        List<int> numbers = [];
        while (true)
        {
            using CancellationTokenSource impatience = CancellationTokenSource.CreateLinkedTokenSource(stop);
            impatience.CancelAfter(random.Next(5));
            try
            {
                Assert.Equal(sizeof(int), await channel.ReceiveAsync(message, impatience.Token));
                numbers.Add(Number(message));
            }
            catch (OperationCanceledException)
            {
                if (stop.IsCancellationRequested)
                {
                    return numbers;
                }
            }
        }
    }

    private static int Number(byte[] message) => BinaryPrimitives.ReadInt32LittleEndian(message);
}
