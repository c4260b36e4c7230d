using Bridge.Ports.Sockets.Streams;

namespace Bridge.Ports.Tests.Sockets.Streams;

public sealed class FrameOutputTests
{
    private readonly StreamBuffers _buffers = new(maximum: 496);

    [Fact]
    public void TryWrite_Plain_IsTheGoldenLayout()
    {
        using FrameOutput output = new(_buffers, addressed: false);

        Assert.True(output.TryWrite(1, 2, [0xA, 0xB]));
        Assert.True(output.TryWrite(1, 2, []));

        Assert.Equal([2, 0, 0xA, 0xB, 0, 0], output.Pending.ToArray());
    }

    [Fact]
    public void TryWrite_Addressed_IsTheGoldenLayout()
    {
        using FrameOutput output = new(_buffers, addressed: true);

        Assert.True(output.TryWrite(0x44332211, 0x88776655, [0xA]));

        Assert.Equal([1, 0, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0xA], output.Pending.ToArray());
    }

    [Fact]
    public void TryAppend_Answer_GoesAheadOfTheMessages()
    {
        using FrameOutput output = new(_buffers, addressed: false);

        Assert.True(output.TryAppend("ok\n"u8));
        Assert.True(output.TryWrite(0, 0, [7]));

        Assert.Equal([(byte)'o', (byte)'k', (byte)'\n', 1, 0, 7], output.Pending.ToArray());
    }

    [Fact]
    public void TryWrite_Full_SaysSoUntilEnoughWasSent()
    {
        using FrameOutput output = new(_buffers, addressed: false);
        byte[] payload = new byte[496];
        int written = 0;
        while (output.TryWrite(0, 0, payload))
        {
            written++;
        }

        Assert.Equal(_buffers.Size / 498, written);
        int pending = output.Pending.Length;
        // A little room is not made by moving nearly everything.
        output.Sent(498);
        Assert.False(output.TryWrite(0, 0, payload));
        output.Sent((pending / 2) - 498);
        Assert.True(output.TryWrite(0, 0, payload));
        output.Sent(output.Pending.Length);
        Assert.True(output.IsEmpty);
    }

    [Fact]
    public void Sent_Everything_GivesTheBufferBack()
    {
        using FrameOutput output = new(_buffers, addressed: false);
        Assert.Equal(0, _buffers.Lent);
        output.TryWrite(0, 0, [1]);
        Assert.Equal(1, _buffers.Lent);

        output.Sent(2);
        Assert.Equal(1, _buffers.Lent);
        output.Sent(1);

        Assert.Equal(0, _buffers.Lent);
        Assert.Equal(0, output.Pending.Length);
    }

    [Fact]
    public void Sent_MoreThanPending_Throws()
    {
        using FrameOutput output = new(_buffers, addressed: false);

        Assert.Throws<ArgumentOutOfRangeException>(() => output.Sent(1));
    }

    [Fact]
    public void TryWrite_PayloadOverTheMaximum_Throws()
    {
        using FrameOutput output = new(_buffers, addressed: false);

        Assert.Throws<ArgumentException>(() => output.TryWrite(0, 0, new byte[497]));
    }

    [Fact]
    public void Dispose_WithPending_GivesTheBufferBack()
    {
        FrameOutput output = new(_buffers, addressed: false);
        output.TryWrite(0, 0, [1]);

        output.Dispose();
        output.Dispose();

        Assert.Equal(0, _buffers.Lent);
        Assert.True(output.IsEmpty);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void WriteAndTake_ManyMessages_AllocateNothing(bool addressed)
    {
        using FrameOutput output = new(_buffers, addressed);
        using FrameBuffer frames = new(_buffers, addressed);
        byte[] payload = new byte[496];
        long taken = 0;
        Exchange(10);
        (long before, taken) = (GC.GetAllocatedBytesForCurrentThread(), 0);

        Exchange(1000);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(3000, taken);

        void Exchange(int count)
        {
            for (int i = 0; i < count; i++)
            {
                for (int k = 0; k < 3; k++)
                {
                    output.TryWrite(1, 2, payload.AsSpan(0, k * 200));
                }

                // In two pieces, so that a beginning is kept in between.
                while (!output.IsEmpty)
                {
                    int piece = Math.Min(output.Pending.Length, 300);
                    output.Pending[..piece].CopyTo(frames.Room());
                    frames.Added(piece);
                    output.Sent(piece);
                    while (frames.TryTake(payload, out _, out _) == FrameResult.Message)
                    {
                        taken++;
                    }
                }
            }
        }
    }
}
