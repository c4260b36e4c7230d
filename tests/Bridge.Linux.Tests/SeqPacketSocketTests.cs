namespace Bridge.Linux.Tests;

public sealed class SeqPacketSocketTests : IDisposable
{
    private readonly SocketPair _pair = new();
    private readonly byte[] _buffer = new byte[64];

    public void Dispose() => _pair.Dispose();

    [Fact]
    public void Receive_Packets_KeepsTheirBoundsAndOrder()
    {
        Assert.Equal(SendOutcome.Sent, _pair.Application.Send([1, 2, 3]));
        Assert.Equal(SendOutcome.Sent, _pair.Application.Send([4]));

        Assert.Equal([1, 2, 3], ReceivePacket());
        Assert.Equal([4], ReceivePacket());
        Assert.Equal(ReceiveOutcome.WouldBlock, _pair.Ours.Receive(_buffer, out _));
    }

    [Fact]
    public void Receive_PacketLongerThanBuffer_TellsItsRealLength()
    {
        _pair.Application.Send(new byte[1000]);
        _pair.Application.Send([7]);

        Assert.Equal(ReceiveOutcome.Packet, _pair.Ours.Receive(_buffer, out int length));
        Assert.Equal(1000, length);
        Assert.Equal([7], ReceivePacket());
    }

    [Fact]
    public void Receive_EmptyPackets_AreNotTheEnd()
    {
        _pair.Application.Send([]);
        _pair.Application.Send([1]);
        _pair.Application.Send([]);
        _pair.Application.Dispose();

        Assert.Equal([], ReceivePacket());
        Assert.Equal([1], ReceivePacket());
        Assert.Equal([], ReceivePacket());
        Assert.Equal(ReceiveOutcome.End, _pair.Ours.Receive(_buffer, out _));
        Assert.Equal(ReceiveOutcome.End, _pair.Ours.Receive(_buffer, out _));
    }

    [Fact]
    public void Receive_EmptyBuffer_StillTellsPacketAndLength()
    {
        _pair.Application.Send([1, 2, 3, 4]);
        _pair.Application.Send([]);

        Assert.Equal(ReceiveOutcome.Packet, _pair.Ours.Receive([], out int length));
        Assert.Equal(4, length);
        Assert.Equal(ReceiveOutcome.Packet, _pair.Ours.Receive([], out length));
        Assert.Equal(0, length);
    }

    [Fact]
    public void Receive_SenderClosedWithUnreadPackets_StillGivesAllThatItSent()
    {
        _pair.Ours.Send([9]);
        _pair.Application.Send([1]);
        _pair.Application.Send([2]);
        _pair.Application.Dispose();

        Assert.Equal(ReceiveOutcome.Reset, _pair.Ours.Receive(_buffer, out _));
        Assert.Equal([1], ReceivePacket());
        Assert.Equal([2], ReceivePacket());
        Assert.Equal(ReceiveOutcome.End, _pair.Ours.Receive(_buffer, out _));
    }

    [Fact]
    public void Send_ReaderDoesNotRead_WouldBlockAfterTheSendBuffer()
    {
        byte[] packet = new byte[496];
        int sent = 0;
        while (_pair.Application.Send(packet) == SendOutcome.Sent)
        {
            sent++;
            Assert.True(sent < 100_000, "a socket buffer has an end");
        }

        Assert.Equal(SendOutcome.WouldBlock, _pair.Application.Send(packet));
        int received = 0;
        while (_pair.Ours.Receive(_buffer, out _) == ReceiveOutcome.Packet)
        {
            received++;
        }

        Assert.Equal(sent, received);
        Assert.Equal(SendOutcome.Sent, _pair.Application.Send(packet));
    }

    [Fact]
    public void Send_OtherEndClosed_IsClosedAndRaisesNoSignal()
    {
        _pair.Ours.Dispose();

        Assert.Equal(SendOutcome.Closed, _pair.Application.Send([1]));
    }

    [Fact]
    public void Send_PacketLargerThanSendBuffer_Throws()
    {
        _pair.Application.SendBufferSize = 4096;

        LinuxException failure = Assert.Throws<LinuxException>(() => _pair.Application.Send(new byte[100_000]));

        Assert.Equal(Errno.EMSGSIZE, failure.Errno);
        Assert.Equal("send", failure.Call);
    }

    [Fact]
    public void Shutdown_Receive_FailsTheOthersSendsAndKeepsWhatCame()
    {
        _pair.Application.Send([1]);

        _pair.Ours.Shutdown(ShutdownDirection.Receive);

        Assert.Equal(SendOutcome.Closed, _pair.Application.Send([2]));
        Assert.Equal([1], ReceivePacket());
        Assert.Equal(ReceiveOutcome.End, _pair.Ours.Receive(_buffer, out _));
        Assert.Equal(SendOutcome.Sent, _pair.Ours.Send([3]));
    }

    [Fact]
    public void Shutdown_BothAfterTheOtherHasGone_DoesNothing()
    {
        _pair.Application.Dispose();

        _pair.Ours.Shutdown(ShutdownDirection.Both);
        _pair.Ours.Shutdown(ShutdownDirection.Both);
    }

    [Fact]
    public void Dispose_AfterShutdownAndDraining_LeavesTheOtherWhatItHasNotReceived()
    {
        _pair.Ours.Send([5]);
        _pair.Application.Send([1]);

        _pair.Ours.Shutdown(ShutdownDirection.Both);
        Assert.Equal([1], ReceivePacket());
        _pair.Ours.Dispose();

        Assert.Equal(ReceiveOutcome.Packet, _pair.Application.Receive(_buffer, out int length));
        Assert.Equal([5], _buffer[..length]);
        Assert.Equal(ReceiveOutcome.End, _pair.Application.Receive(_buffer, out _));
    }

    [Fact]
    public void SendBufferSize_Set_IsDoubledByTheKernel()
    {
        _pair.Ours.SendBufferSize = 8192;

        Assert.Equal(16384, _pair.Ours.SendBufferSize);
    }

    [Fact]
    public void ReceiveBufferSize_Set_IsDoubledByTheKernel()
    {
        _pair.Ours.ReceiveBufferSize = 8192;

        Assert.Equal(16384, _pair.Ours.ReceiveBufferSize);
    }

    [Fact]
    public void PeerCredentials_OwnProcess_AreOurs()
    {
        PeerCredentials credentials = _pair.Ours.PeerCredentials;

        Assert.Equal(Environment.ProcessId, credentials.ProcessId);
        Assert.Equal(UserGroup.EffectiveUserId, credentials.UserId);
    }

    [Fact]
    public void SendAndReceive_ManyPackets_AllocateNothing()
    {
        byte[] packet = new byte[496];
        byte[] received = new byte[496];
        Exchange(100);
        long before = GC.GetAllocatedBytesForCurrentThread();

        Exchange(1000);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Exchange(int count)
        {
            for (int i = 0; i < count; i++)
            {
                _pair.Application.Send(packet);
                _pair.Ours.Receive(received, out _);
                _pair.Ours.Receive(received, out _);
            }
        }
    }

    private byte[] ReceivePacket()
    {
        Assert.Equal(ReceiveOutcome.Packet, _pair.Ours.Receive(_buffer, out int length));
        return _buffer[..length];
    }
}
