using Bridge.Linux;

namespace Bridge.Ports.Tests.Sockets.Kept;

/// <summary>Packets that pass together: what becomes of them at the edges of a batch.</summary>
public sealed class PacketBatchTests
{
    private const int Buffers = 8;

    private readonly byte[] _room = new byte[600];

    [Fact]
    public async Task Send_MoreThanTheRingTakes_WaitsInTheSocket()
    {
        await using KeptPair pair = new(buffers: Buffers);
        (SeqPacketSocket client, SeqPacketSocket server) = await OpenAsync(pair);
        using SeqPacketSocket one = client, other = server;
        SendNumbers(client, 3 * Buffers);

        await pair.Driver.WorkAsync();
        Assert.Equal(0, pair.Up.Room);
        List<byte> received = await ReceiveAsync(pair, server, 3 * Buffers);

        Assert.Equal(Enumerable.Range(0, 3 * Buffers).Select(static i => (byte)i), received);
        Assert.Equal(0, pair.Driver.Sockets.ReadStatus().Counters.Unsent);
    }

    [Fact]
    public async Task Send_BuffersThatBreakTheRules_CountsWhatTheyWereToTake()
    {
        await using KeptPair pair = new(buffers: Buffers);
        (SeqPacketSocket client, SeqPacketSocket server) = await OpenAsync(pair);
        using SeqPacketSocket one = client, other = server;
        pair.Up.Unusable = 3;
        SendNumbers(client, 2 * Buffers);

        await pair.Driver.WorkAsync();
        pair.Up.Unusable = 0;
        List<byte> received = await ReceiveAsync(pair, server, (2 * Buffers) - 3);

        Assert.Equal(3, pair.Driver.Sockets.ReadStatus().Counters.Unsent);
        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 7, 11, 12, 13, 14, 15], received);
    }

    [Fact]
    public async Task Send_TooLongAmongOthers_ThoseBeforeItArriveAndTheConnectionEnds()
    {
        await using KeptPair pair = new(buffers: Buffers);
        (SeqPacketSocket client, SeqPacketSocket server) = await OpenAsync(pair);
        using SeqPacketSocket one = client, other = server;
        SendNumbers(client, 3);
        client.Send(new byte[497]);
        SendNumbers(client, 2);

        List<byte> received = await ReceiveAsync(pair, server, 3);
        await pair.Until(() => server.Receive(_room, out _) == ReceiveOutcome.End);

        Assert.Equal([0, 1, 2], received);
        Assert.Equal((1, 2), (pair.Driver.Sockets.ReadStatus().Counters.TooLong, pair.Driver.Sockets.ReadStatus().Counters.Unsent));
    }

    [Fact]
    public async Task Send_ThenClosed_EverythingArrivesAndThenTheEnd()
    {
        await using KeptPair pair = new(buffers: Buffers);
        (SeqPacketSocket client, SeqPacketSocket server) = await OpenAsync(pair);
        using SeqPacketSocket other = server;
        SendNumbers(client, 5);
        client.Dispose();

        List<byte> received = await ReceiveAsync(pair, server, 5);
        await pair.Until(() => server.Receive(_room, out _) == ReceiveOutcome.End);

        Assert.Equal([0, 1, 2, 3, 4], received);
    }

    [Fact]
    public async Task Deliver_ReaderThatKeepsUp_NothingIsCountedAsWaiting()
    {
        await using KeptPair pair = new(buffers: Buffers);
        (SeqPacketSocket client, SeqPacketSocket server) = await OpenAsync(pair);
        using SeqPacketSocket one = client, other = server;
        for (int i = 0; i < 20; i++)
        {
            SendNumbers(client, Buffers);
            await ReceiveAsync(pair, server, Buffers);
        }

        Assert.Equal((20 * Buffers, 0), (pair.Device.Sockets.ReadStatus().Counters.ToApplications, pair.Device.Sockets.ReadStatus().Counters.Queued));
    }

    private static async Task<(SeqPacketSocket Client, SeqPacketSocket Server)> OpenAsync(KeptPair pair)
    {
        SeqPacketSocket server = await pair.Open("d/services/echo");
        SeqPacketSocket client = await pair.Open("v/channels/echo");
        // The first conversation's opening is over before anything is counted.
        await pair.Until(() => pair.Device.Sockets.ReadStatus().Entries.Any(static e => e.Conversations.Any(static c => c.State == Ports.Sockets.ConversationState.Open)));
        return (client, server);
    }

    private static void SendNumbers(SeqPacketSocket socket, int count)
    {
        for (byte i = 0; i < count; i++)
        {
            Assert.Equal(SendOutcome.Sent, socket.Send([i]));
        }
    }

    private async Task<List<byte>> ReceiveAsync(KeptPair pair, SeqPacketSocket socket, int count)
    {
        List<byte> received = [];
        await pair.Until(() =>
        {
            while (socket.Receive(_room, out _) == ReceiveOutcome.Packet)
            {
                received.Add(_room[0]);
            }

            return received.Count >= count;
        });
        return received;
    }
}
