using Bridge.Ports.Sockets.Streams;
using Bridge.Rpmsg;

namespace Bridge.Ports.Tests.Sockets.Streams;

public sealed class FrameBufferTests
{
    private readonly StreamBuffers _buffers = new(maximum: 496);
    private readonly byte[] _payload = new byte[496];

    [Fact]
    public void TryTake_Plain_IsTheGoldenLayout()
    {
        using FrameBuffer frames = new(_buffers, addressed: false);
        frames.Append([3, 0, 0xA, 0xB, 0xC, 0, 0]);

        Assert.Equal(FrameResult.Message, frames.TryTake(_payload, out int length, out uint destination));
        Assert.Equal([0xA, 0xB, 0xC], _payload[..length]);
        Assert.Equal(RpmsgAddress.Any, destination);
        Assert.Equal(FrameResult.Message, frames.TryTake(_payload, out length, out _));
        Assert.Equal(0, length);
        Assert.Equal(FrameResult.None, frames.TryTake(_payload, out _, out _));
    }

    [Fact]
    public void TryTake_Addressed_IsTheGoldenLayout()
    {
        using FrameBuffer frames = new(_buffers, addressed: true);
        frames.Append([2, 0, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0xA, 0xB]);

        Assert.Equal(FrameResult.Message, frames.TryTake(_payload, out int length, out uint destination));
        Assert.Equal([0xA, 0xB], _payload[..length]);
        Assert.Equal(0x88776655, destination);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void TryTake_EverySplit_GivesTheSame(bool addressed)
    {
        byte[] stream = addressed
            ? [.. FrameBytes.Addressed(1, 2, 3, 4, 5), .. FrameBytes.Addressed(6, 7), .. FrameBytes.Addressed(8, 9, 10)]
            : [.. FrameBytes.Plain(3, 4, 5), .. FrameBytes.Plain(), .. FrameBytes.Plain(10)];
        for (int first = 0; first <= stream.Length; first++)
        {
            for (int second = first; second <= stream.Length; second++)
            {
                using FrameBuffer frames = new(_buffers, addressed);
                List<byte[]> taken = [];
                foreach (Range piece in new[] { ..first, first..second, second.. })
                {
                    frames.Append(stream[piece]);
                    while (frames.TryTake(_payload, out int length, out _) == FrameResult.Message)
                    {
                        taken.Add(_payload[..length]);
                    }
                }

                Assert.Equal([[3, 4, 5], [], [10]], taken);
                Assert.False(frames.HasPartial);
                Assert.Equal(0, _buffers.Lent);
            }
        }
    }

    [Theory]
    [InlineData(false, 497)]
    [InlineData(true, 497)]
    [InlineData(false, 65535)]
    public void TryTake_LengthOverTheMaximum_IsSaidAfterTwoBytesAndStays(bool addressed, int announced)
    {
        using FrameBuffer frames = new(_buffers, addressed);
        frames.Append([(byte)announced, (byte)(announced >> 8)]);

        Assert.True(frames.HasMessage);
        Assert.False(frames.HasPartial);
        for (int i = 0; i < 2; i++)
        {
            Assert.Equal(FrameResult.TooLong, frames.TryTake(_payload, out int length, out _));
            Assert.Equal(announced, length);
        }
    }

    [Fact]
    public void TryTake_MessageLongerThanThePayload_IsTooLongThere()
    {
        using FrameBuffer frames = new(_buffers, addressed: false);
        frames.Append(FrameBytes.Plain(1, 2, 3));

        Assert.Equal(FrameResult.TooLong, frames.TryTake(_payload.AsSpan(0, 2), out int length, out _));
        Assert.Equal(3, length);
        Assert.Equal(FrameResult.Message, frames.TryTake(_payload.AsSpan(0, 3), out _, out _));
    }

    [Fact]
    public void TryTake_LongestPossibleMessages_FitWithTheirHeaders()
    {
        StreamBuffers buffers = new(FrameLayout.MaximumLength);
        using FrameBuffer frames = new(buffers, addressed: true);
        byte[] sent = new byte[FrameLayout.MaximumLength];
        new Random(7).NextBytes(sent);
        byte[] taken = new byte[FrameLayout.MaximumLength];
        byte[] stream = [.. FrameBytes.Addressed(1, 2, 3), .. FrameBytes.Addressed(1, 2, sent), .. FrameBytes.Addressed(1, 2, sent)];

        int messages = 0;
        for (int i = 0; i < stream.Length;)
        {
            Span<byte> room = frames.Room();
            int count = Math.Min(room.Length, stream.Length - i);
            Assert.True(count > 0);
            stream.AsSpan(i, count).CopyTo(room);
            frames.Added(count);
            i += count;
            while (frames.TryTake(taken, out int length, out _) == FrameResult.Message)
            {
                messages++;
                Assert.True(taken.AsSpan(0, length).SequenceEqual(length == 1 ? [3] : sent));
            }
        }

        Assert.Equal(3, messages);
        Assert.Equal(0, buffers.Lent);
    }

    [Fact]
    public void Peek_Addressed_TellsTheDestinationBeforeAnythingIsTaken()
    {
        using FrameBuffer frames = new(_buffers, addressed: true);
        frames.Append([.. FrameBytes.Addressed(1, 77, 5, 6), .. FrameBytes.Addressed(1, 78)]);

        Assert.Equal(FrameResult.Message, frames.Peek(out int length, out uint destination));
        Assert.Equal((2, 77u), (length, destination));
        frames.Skip();
        Assert.Equal(FrameResult.Message, frames.TryTake(_payload, out length, out destination));
        Assert.Equal((0, 78u), (length, destination));
    }

    [Fact]
    public void Skip_NoWholeMessage_LeavesItsBeginning()
    {
        using FrameBuffer frames = new(_buffers, addressed: false);
        frames.Append([2, 0, 9]);

        frames.Skip();
        frames.Append([8]);

        Assert.Equal(FrameResult.Message, frames.TryTake(_payload, out int length, out _));
        Assert.Equal([9, 8], _payload[..length]);
    }

    [Theory]
    [InlineData(false, 1)]
    [InlineData(false, 497)]
    [InlineData(true, 9)]
    [InlineData(true, 505)]
    public void Added_OnlyABeginning_HoldsNoBufferOfTheDevice(bool addressed, int bytes)
    {
        using FrameBuffer frames = new(_buffers, addressed);
        byte[] whole = addressed ? FrameBytes.Addressed(1, 2, new byte[496]) : FrameBytes.Plain(new byte[496]);

        frames.Append(whole.AsSpan(0, bytes));

        Assert.True(frames.HasPartial);
        Assert.Equal(0, _buffers.Lent);
        frames.Append(whole.AsSpan(bytes));
        Assert.False(frames.HasPartial);
        Assert.Equal(1, _buffers.Lent);
        Assert.Equal(FrameResult.Message, frames.TryTake(_payload, out int length, out _));
        Assert.Equal(496, length);
    }

    [Fact]
    public void Added_Nothing_GivesTheBufferBack()
    {
        using FrameBuffer frames = new(_buffers, addressed: false);
        Assert.Equal(_buffers.Size, frames.Room().Length);
        Assert.Equal(1, _buffers.Lent);

        frames.Added(0);

        Assert.Equal(0, _buffers.Lent);
        Assert.False(frames.HasPartial);
    }

    [Fact]
    public void Added_MoreThanTheRoom_Throws()
    {
        using FrameBuffer frames = new(_buffers, addressed: false);
        int room = frames.Room().Length;

        Assert.Throws<ArgumentOutOfRangeException>(() => frames.Added(room + 1));
    }

    [Fact]
    public void Room_WithManyMessages_IsFilledByOneReceive()
    {
        using FrameBuffer frames = new(_buffers, addressed: false);
        byte[] frame = FrameBytes.Plain(new byte[30]);
        Span<byte> room = frames.Room();
        int whole = room.Length / frame.Length;
        for (int i = 0; i < whole; i++)
        {
            frame.CopyTo(room[(i * frame.Length)..]);
        }

        frames.Added(whole * frame.Length);

        int taken = 0;
        while (frames.TryTake(_payload, out _, out _) == FrameResult.Message)
        {
            taken++;
        }

        Assert.Equal(2048, taken);
    }

    [Fact]
    public void Dispose_WithBytes_GivesTheBufferBackAndForgetsThem()
    {
        FrameBuffer frames = new(_buffers, addressed: false);
        frames.Append(FrameBytes.Plain(1));

        frames.Dispose();
        frames.Dispose();

        Assert.Equal(0, _buffers.Lent);
        Assert.False(frames.HasMessage);
        Assert.False(frames.HasPartial);
    }

    [Fact]
    public void StreamBuffers_ManyTakenBack_KeepsAFew()
    {
        byte[][] lent = [.. Enumerable.Range(0, 40).Select(_ => _buffers.Lend())];
        Assert.Equal(40, _buffers.Lent);
        Array.ForEach(lent, _buffers.TakeBack);

        byte[][] again = [.. Enumerable.Range(0, 40).Select(_ => _buffers.Lend())];

        Assert.Equal(32, again.Count(buffer => lent.Contains(buffer)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new StreamBuffers(65536));
    }
}
