using System.Net.Sockets;

namespace Bridge.Linux.Tests;

public sealed class StreamSocketTests
{
    private readonly byte[] _buffer = new byte[64];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Receive_Bytes_HaveNoBounds(bool tcp)
    {
        using StreamPair pair = new(tcp);
        Assert.Equal(StreamOutcome.WouldBlock, pair.Ours.Receive(_buffer, out int received));
        Assert.Equal(0, received);
        pair.Application.Send([1, 2, 3]);
        pair.Application.Send([4]);

        List<byte> all = [];
        while (all.Count < 4)
        {
            Assert.Equal(StreamOutcome.Received, pair.Receive(_buffer.AsSpan(0, 2), out received));
            all.AddRange(_buffer.AsSpan(0, received));
        }

        Assert.Equal([1, 2, 3, 4], all);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Receive_OtherEndSendsNoMore_GivesAllAndThenTheEnd(bool tcp)
    {
        using StreamPair pair = new(tcp);
        pair.Application.Send([1]);
        pair.Application.Shutdown(SocketShutdown.Send);

        Assert.Equal(StreamOutcome.Received, pair.Receive(_buffer, out int received));
        Assert.Equal(1, received);
        Assert.Equal(StreamOutcome.End, pair.Receive(_buffer, out received));
        Assert.Equal(0, received);
        Assert.Equal(SendOutcome.Sent, pair.Ours.Send([2], out _));
        Assert.Equal(1, pair.Application.Receive(_buffer));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Receive_OtherEndClosedWithUnreadBytes_IsReset(bool tcp)
    {
        using StreamPair pair = new(tcp);
        pair.Ours.Send([9], out _);
        // Until it lies there: TCP resets only then.
        Assert.True(pair.Application.Poll(TimeSpan.FromSeconds(10), SelectMode.SelectRead));

        pair.Application.Dispose();

        Assert.Equal(StreamOutcome.Reset, pair.Receive(_buffer, out _));
        Assert.Equal(StreamOutcome.End, pair.Receive(_buffer, out _));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Receive_NoRoom_Throws(bool tcp)
    {
        using StreamPair pair = new(tcp);

        Assert.Throws<ArgumentException>(() => pair.Ours.Receive([], out _));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Send_ReaderDoesNotRead_TakesAPartThenWouldBlock(bool tcp)
    {
        using StreamPair pair = new(tcp);
        byte[] bytes = new byte[1 << 20];
        new Random(1).NextBytes(bytes);
        long total = 0;
        SendOutcome outcome;
        bool partial = false;
        int last;
        while ((outcome = pair.Ours.Send(bytes.AsSpan((int)(total % bytes.Length)), out last)) == SendOutcome.Sent)
        {
            partial |= last < bytes.Length - (total % bytes.Length);
            total += last;
            Assert.True(total < 1 << 30, "a socket buffer has an end");
        }

        Assert.Equal((SendOutcome.WouldBlock, 0), (outcome, last));
        Assert.True(partial);
        byte[] received = new byte[1 << 16];
        for (long seen = 0; seen < total;)
        {
            int count = pair.Application.Receive(received.AsSpan(0, (int)Math.Min(received.Length, Math.Min(total - seen, bytes.Length - (seen % bytes.Length)))));
            Assert.True(received.AsSpan(0, count).SequenceEqual(bytes.AsSpan((int)(seen % bytes.Length), count)));
            seen += count;
        }

        pair.Await(PollEvents.Out);
        Assert.Equal(SendOutcome.Sent, pair.Ours.Send([1], out int sent));
        Assert.Equal(1, sent);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Send_OtherEndClosed_BecomesClosedAndRaisesNoSignal(bool tcp)
    {
        using StreamPair pair = new(tcp);
        pair.Application.Dispose();
        SendOutcome outcome = pair.Ours.Send([1], out int sent);
        if (tcp && outcome == SendOutcome.Sent)
        {
            // TCP learns of it by the answer to what was sent.
            pair.Await(PollEvents.None);
            outcome = pair.Ours.Send([1], out sent);
        }

        Assert.Equal((SendOutcome.Closed, 0), (outcome, sent));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Send_Nothing_DoesNothing(bool tcp)
    {
        using StreamPair pair = new(tcp);

        Assert.Equal(SendOutcome.Sent, pair.Ours.Send([], out int sent));
        Assert.Equal(0, sent);
        Assert.Equal(0, pair.Application.Available);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Dispose_AfterShutdownAndDraining_LeavesTheOtherWhatItHasNotReceived(bool tcp)
    {
        using StreamPair pair = new(tcp);
        pair.Application.Send([1]);
        pair.Ours.Send([5], out _);

        pair.Ours.Shutdown(ShutdownDirection.Send);
        Assert.Equal(StreamOutcome.Received, pair.Receive(_buffer, out _));
        pair.Ours.Dispose();

        Assert.Equal(1, pair.Application.Receive(_buffer));
        Assert.Equal(5, _buffer[0]);
        Assert.Equal(0, pair.Application.Receive(_buffer));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Shutdown_BothAfterTheOtherHasGone_DoesNothing(bool tcp)
    {
        using StreamPair pair = new(tcp);
        pair.Application.Dispose();
        Assert.Equal(StreamOutcome.End, pair.Receive(_buffer, out _));

        pair.Ours.Shutdown(ShutdownDirection.Both);
        pair.Ours.Shutdown(ShutdownDirection.Both);
    }

    [Fact]
    public void PeerCredentials_Unix_AreTheApplicationsAndOverTcpUnknown()
    {
        using StreamPair unix = new(tcp: false);
        using StreamPair tcp = new(tcp: true);

        Assert.Equal((Environment.ProcessId, UserGroup.EffectiveUserId), (unix.Ours.PeerCredentials!.Value.ProcessId, unix.Ours.PeerCredentials.Value.UserId));
        Assert.Null(tcp.Ours.PeerCredentials);
    }

    [Fact]
    public void RemoteEndPoint_Tcp_IsTheApplicationsAndForUnixNone()
    {
        using StreamPair unix = new(tcp: false);
        using StreamPair tcp = new(tcp: true);

        Assert.Equal(tcp.Application.LocalEndPoint, tcp.Ours.RemoteEndPoint);
        Assert.Null(unix.Ours.RemoteEndPoint);
    }

    [Fact]
    public void NoDelay_Tcp_IsOffUntilSetAndForUnixAlwaysOn()
    {
        using StreamPair unix = new(tcp: false);
        using StreamPair tcp = new(tcp: true);
        Assert.False(tcp.Ours.NoDelay);

        tcp.Ours.NoDelay = true;
        unix.Ours.NoDelay = false;

        Assert.True(tcp.Ours.NoDelay);
        Assert.True(unix.Ours.NoDelay);
    }

    [Fact]
    public void SetKeepAlive_Tcp_IsWhatTheKernelSays()
    {
        using StreamPair tcp = new(tcp: true);

        tcp.Ours.SetKeepAlive(idleSeconds: 30, intervalSeconds: 10, probes: 3);

        using Socket view = new(new SafeSocketHandle(tcp.Ours.Descriptor.DangerousGetHandle(), ownsHandle: false));
        Assert.Equal(1, view.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive));
        Assert.Equal(30, view.GetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime));
        Assert.Equal(10, view.GetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval));
        Assert.Equal(3, view.GetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void SendBufferSize_Set_IsDoubledByTheKernel(bool tcp)
    {
        using StreamPair pair = new(tcp);

        pair.Ours.SendBufferSize = 8192;

        Assert.Equal(16384, pair.Ours.SendBufferSize);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void SendAndReceive_ManyTimes_AllocateNothing(bool tcp)
    {
        using StreamPair pair = new(tcp);
        byte[] bytes = new byte[496];
        Exchange(10);
        long before = GC.GetAllocatedBytesForCurrentThread();

        Exchange(1000);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Exchange(int count)
        {
            for (int i = 0; i < count; i++)
            {
                pair.Application.Send(bytes);
                pair.Receive(bytes, out _);
                pair.Ours.Receive(bytes, out _);
                pair.Ours.Send(bytes.AsSpan(0, 1), out _);
                pair.Application.Receive(bytes);
            }
        }
    }
}
