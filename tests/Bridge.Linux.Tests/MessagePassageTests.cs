namespace Bridge.Linux.Tests;

public sealed class MessagePassageTests : IDisposable
{
    private readonly SocketPair _pair = new();
    private readonly StateFile _memory = StateFile.CreateUnnamed("test", 4096, 4096);
    private readonly byte[] _buffer = new byte[64];

    public void Dispose()
    {
        _pair.Dispose();
        _memory.Dispose();
    }

    [Fact]
    public void Receive_Packet_HasPassedWithItsRealLength()
    {
        MessagePassage passage = new(_memory, 8);
        _pair.Application.Send(new byte[1000]);
        passage.Begin();
        Assert.False(passage.HasPassed);

        Assert.Equal(ReceiveOutcome.Packet, _pair.Ours.Receive(passage, _buffer, out int length));

        Assert.Equal((1000, 1000, true, true), (length, passage.Length, passage.HasPassed, passage.HasPacket));
    }

    [Fact]
    public void Receive_EmptyPacketAndEnd_AreToldApartAfterwards()
    {
        MessagePassage passage = new(_memory, 0);
        _pair.Application.Send([]);
        _pair.Application.Dispose();

        Assert.Equal(ReceiveOutcome.Packet, _pair.Ours.Receive(passage, _buffer, out int length));
        Assert.Equal((0, true), (length, passage.HasPacket));
        Assert.Equal(ReceiveOutcome.End, _pair.Ours.Receive(passage, _buffer, out _));
        Assert.Equal((true, false), (passage.HasPassed, passage.HasPacket));
    }

    [Fact]
    public void Receive_Nothing_HasNotPassed()
    {
        MessagePassage passage = new(_memory, 0);
        _pair.Application.Send([1]);
        _pair.Ours.Receive(passage, _buffer, out _);

        Assert.Equal(ReceiveOutcome.WouldBlock, _pair.Ours.Receive(passage, _buffer, out _));

        Assert.False(passage.HasPassed);
    }

    [Fact]
    public void Send_UntilFull_PassesWhatArrives()
    {
        MessagePassage passage = new(_memory, 0);
        int sent = 0;
        while (_pair.Ours.Send(passage, [1, 2, 3]) == SendOutcome.Sent)
        {
            Assert.Equal((true, 3), (passage.HasPassed, passage.Length));
            sent++;
        }

        Assert.False(passage.HasPassed);
        int received = 0;
        while (_pair.Application.Receive(_buffer, out int length) == ReceiveOutcome.Packet)
        {
            Assert.Equal(3, length);
            received++;
        }

        Assert.Equal(sent, received);
    }

    [Fact]
    public void Send_ReceiverHasClosed_HasNotPassed()
    {
        MessagePassage passage = new(_memory, 0);
        _pair.Application.Dispose();

        Assert.Equal(SendOutcome.Closed, _pair.Ours.Send(passage, [1]));

        Assert.False(passage.HasPassed);
    }

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
