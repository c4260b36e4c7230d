namespace Bridge.Linux.Tests;

public sealed class MessagePassageTests : IDisposable
{
    private const int Batch = 4;
    private static readonly PacketPlace[] Places = [.. Enumerable.Range(0, Batch).Select(static i => new PacketPlace(i * 16, 16))];

    private readonly SocketPair _pair = new();
    private readonly StateFile _memory = StateFile.CreateUnnamed("test", 4096, 4096);
    private readonly byte[] _buffer = new byte[Batch * 16];
    private readonly MessagePassage _passage;

    public MessagePassageTests() => _passage = new MessagePassage(_memory, 8, Batch);

    public void Dispose()
    {
        _pair.Dispose();
        _memory.Dispose();
    }

    [Fact]
    public void Receive_FewerThanPlaces_HavePassedWithTheirRealLengths()
    {
        _pair.Application.Send([1, 2]);
        _pair.Application.Send(new byte[1000]);
        _pair.Application.Send([3]);
        _passage.Begin(Batch);
        Assert.Equal(0, _passage.CountPassed(Batch));

        Assert.Equal(ReceiveOutcome.Packet, _pair.Ours.Receive(_passage, _buffer, Places, out int received));

        Assert.Equal((3, 3, 3), (received, _passage.CountPassed(Batch), _passage.CountReceived(Batch)));
        Assert.Equal([2, 1000, 1], Enumerable.Range(0, 3).Select(_passage.Length));
        Assert.Equal((1, 2, 3), (_buffer[0], _buffer[1], _buffer[32]));
    }

    [Fact]
    public void Receive_MoreThanPlaces_LeavesTheRest()
    {
        for (byte i = 0; i < 6; i++)
        {
            _pair.Application.Send([i]);
        }

        Assert.Equal(ReceiveOutcome.Packet, _pair.Ours.Receive(_passage, _buffer, Places, out int first));
        Assert.Equal(ReceiveOutcome.Packet, _pair.Ours.Receive(_passage, _buffer, Places.AsSpan(0, 3), out int second));

        Assert.Equal((Batch, 2), (first, second));
        Assert.Equal((4, 5), (_buffer[0], _buffer[16]));
    }

    [Fact]
    public void Receive_EmptyPacketAndEnd_AreToldApart()
    {
        _pair.Application.Send([7]);
        _pair.Application.Send([]);
        _pair.Application.Dispose();

        Assert.Equal(ReceiveOutcome.Packet, _pair.Ours.Receive(_passage, _buffer, Places, out int received));
        Assert.Equal((2, 2), (received, _passage.CountReceived(Batch)));
        Assert.Equal((1, 0), (_passage.Length(0), _passage.Length(1)));
        Assert.Equal(ReceiveOutcome.End, _pair.Ours.Receive(_passage, _buffer, Places, out received));
        Assert.Equal((0, 0), (received, _passage.CountReceived(Batch)));
    }

    [Fact]
    public void Receive_Nothing_HasNotPassed()
    {
        _pair.Application.Send([1]);
        _pair.Ours.Receive(_passage, _buffer, Places, out _);

        Assert.Equal(ReceiveOutcome.WouldBlock, _pair.Ours.Receive(_passage, _buffer, Places, out int received));

        Assert.Equal((0, 0), (received, _passage.CountPassed(Batch)));
    }

    [Fact]
    public void Receive_OtherEndClosedUnread_SaysSoAfterWhatWasSentBefore()
    {
        _pair.Ours.Send([9]);
        _pair.Application.Send([1]);
        _pair.Application.Dispose();
        List<ReceiveOutcome> outcomes = [];
        int all = 0;

        do
        {
            outcomes.Add(_pair.Ours.Receive(_passage, _buffer, Places, out int received));
            all += received;
        }
        while (outcomes[^1] is not (ReceiveOutcome.End or ReceiveOutcome.WouldBlock));

        Assert.Equal(1, all);
        Assert.Equal([ReceiveOutcome.Reset, ReceiveOutcome.Packet, ReceiveOutcome.End], outcomes);
    }

    [Fact]
    public void Send_UntilFull_PassesWhatArrives()
    {
        byte[] packets = [1, 2, 3, 4, 5, 6, 7, 8];
        PacketPlace[] places = [new(0, 1), new(1, 2), new(3, 3), new(7, 1)];
        int sent = 0;
        while (_pair.Ours.Send(_passage, packets, places, out int some) == SendOutcome.Sent)
        {
            Assert.InRange(some, 1, places.Length);
            Assert.Equal(some, _passage.CountPassed(Batch));
            sent += some;
        }

        Assert.Equal(0, _passage.CountPassed(Batch));
        List<byte[]> received = [];
        byte[] buffer = new byte[16];
        while (_pair.Application.Receive(buffer, out int length) == ReceiveOutcome.Packet)
        {
            received.Add(buffer[..length]);
        }

        Assert.True(sent > places.Length);
        Assert.Equal(sent, received.Count);
        Assert.Equal([[1], [2, 3], [4, 5, 6], [8]], received.Take(places.Length));
    }

    [Fact]
    public void Send_ReceiverHasClosed_HasNotPassed()
    {
        _pair.Application.Dispose();

        Assert.Equal(SendOutcome.Closed, _pair.Ours.Send(_passage, _buffer, Places, out int sent));

        Assert.Equal((0, 0), (sent, _passage.CountPassed(Batch)));
    }

    [Fact]
    public void CountPassed_OfASmallerBatch_DoesNotCountAnEarlierOne()
    {
        _pair.Ours.Send(_passage, _buffer, Places, out _);
        _passage.Begin(2);

        Assert.Equal(0, _passage.CountPassed(2));
        _pair.Ours.Send(_passage, _buffer, Places.AsSpan(0, 2), out _);
        Assert.Equal(2, _passage.CountPassed(2));
    }

    [Theory]
    [InlineData(0, 65)]
    [InlineData(60, 5)]
    [InlineData(-1, 1)]
    [InlineData(1, -1)]
    public void Receive_PlaceOutsideOfTheMemory_Throws(int offset, int length)
    {
        PacketPlace[] places = [new(offset, length)];

        Assert.Throws<ArgumentOutOfRangeException>(() => _pair.Ours.Receive(_passage, _buffer, places, out _));
        Assert.Throws<ArgumentOutOfRangeException>(() => _pair.Ours.Send(_passage, _buffer, places, out _));
    }

    [Fact]
    public void Receive_MorePlacesThanThePassageHas_Throws() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => _pair.Ours.Receive(_passage, _buffer, [.. Places, new PacketPlace(0, 1)], out _));

    [Fact]
    public void Adopt_Duplicate_GoesOnWhereTheFirstStood()
    {
        _pair.Application.Send([1]);
        _pair.Application.Send([2]);
        _pair.Ours.Receive(_buffer, out _);
        using SeqPacketSocket successor = SeqPacketSocket.Adopt(MemoryFile.Duplicate(_pair.Ours.Descriptor));
        _pair.Ours.Dispose();

        Assert.Equal(ReceiveOutcome.Packet, successor.Receive(_buffer, out int length));
        Assert.Equal((1, 2), (length, _buffer[0]));
        Assert.Equal(SendOutcome.Sent, _pair.Application.Send([3]));
    }

    [Fact]
    public void Adopt_NoSocket_Throws() =>
        Assert.Throws<LinuxException>(() => SeqPacketSocket.Adopt(MemoryFile.Create("test", 1, sealable: false)));
}
