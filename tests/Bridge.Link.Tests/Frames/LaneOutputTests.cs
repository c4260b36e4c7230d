namespace Bridge.Link.Tests;

public sealed class LaneOutputTests
{
    private static FrameParser Joined(uint connection = 3)
    {
        FrameParser parser = new();
        parser.Join(connection, 5);
        return parser;
    }

    [Fact]
    public void End_FirstFrame_GoldenBytes()
    {
        LaneOutput output = new(5, 3);
        Parsed.Write(output, [0xAA, 0xBB], FrameType.Used, epoch: 7);
        byte[] frame = Parsed.Take(output);
        byte[] golden =
        [
            26, 0, 0, 0, 0, 0, 0, 0, 34, 0, 5, 0, 3, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 0xAA, 0xBB,
        ];
        BitConverter.TryWriteBytes(golden.AsSpan(4), FrameChecksum.ComputePlain(golden));
        Assert.Equal(golden, frame);
    }

    [Fact]
    public void TryTake_NothingSealed_False()
    {
        LaneOutput output = new(1, 3);
        output.Begin(FrameType.Posted, 1);
        Assert.False(output.TryTake(out _));
    }

    [Fact]
    public void TryTake_SeveralSealed_OneBurstInOrder()
    {
        LaneOutput output = new(1, 3);
        for (byte i = 0; i < 10; i++)
            Parsed.Write(output, [i]);
        List<Parsed> frames = Parsed.All(Joined(), Parsed.Take(output));
        Assert.Equal(Enumerable.Range(0, 10), frames.Select(frame => (int)frame.Payload[0]));
        Assert.Equal(Enumerable.Range(0, 10), frames.Select(frame => (int)frame.Header.Sequence));
    }

    [Fact]
    public void TryTake_WhileFrameIsOpen_OpenFrameFollowsInTheNextBurst()
    {
        LaneOutput output = new(1, 3);
        FrameParser parser = Joined();
        Parsed.Write(output, [1]);
        Span<byte> open = output.Begin(FrameType.Posted, 1);
        open[0] = 2;
        Assert.True(output.TryTake(out ReadOnlyMemory<byte> first));
        open[1] = 3;
        output.End(2);
        Assert.Equal([1], Assert.Single(Parsed.All(parser, first.Span)).Payload);
        output.Release();
        Assert.Equal([2, 3], Assert.Single(Parsed.All(parser, Parsed.Take(output))).Payload);
    }

    [Fact]
    public void TryTake_TwiceWhileFrameIsOpen_OpenFrameSurvivesBothSwaps()
    {
        LaneOutput output = new(1, 3);
        FrameParser parser = Joined();
        Parsed.Write(output, [1]);
        Span<byte> open = output.Begin(FrameType.Posted, 1);
        open[..3].Fill(9);
        Assert.Single(Parsed.All(parser, Parsed.Take(output)));
        Assert.False(output.TryTake(out _));
        output.End(3);
        Assert.Equal([9, 9, 9], Assert.Single(Parsed.All(parser, Parsed.Take(output))).Payload);
    }

    [Fact]
    public void TryTake_BeforeRelease_Throws()
    {
        LaneOutput output = new(1, 3);
        Parsed.Write(output, [1]);
        Assert.True(output.TryTake(out _));
        Assert.Throws<InvalidOperationException>(() => output.TryTake(out _));
    }

    [Fact]
    public void Begin_WithoutRoom_Throws()
    {
        LaneOutput output = new(1, 3, FrameHeader.MaximumFrame);
        Parsed.Write(output, [1]);
        Assert.False(output.CanWrite);
        Assert.Throws<InvalidOperationException>(() => { output.Begin(FrameType.Posted, 1); });
    }

    [Fact]
    public void End_WithoutBegin_Throws() => Assert.Throws<InvalidOperationException>(() => new LaneOutput(1, 3).End(0));

    [Theory]
    [InlineData(-1)]
    [InlineData(FrameHeader.MaximumPayload + 1)]
    public void End_LengthOutOfRange_Throws(int length)
    {
        LaneOutput output = new(1, 3);
        output.Begin(FrameType.Posted, 1);
        Assert.Throws<ArgumentOutOfRangeException>(() => output.End(length));
    }

    [Fact]
    public void Begin_AgainWithoutEnd_FirstFrameIsForgotten()
    {
        LaneOutput output = new(1, 3);
        output.Begin(FrameType.Posted, 1)[0] = 1;
        Parsed.Write(output, [2]);
        Assert.Equal([2], Assert.Single(Parsed.All(Joined(), Parsed.Take(output))).Payload);
    }

    [Fact]
    public void Begin_Always_OffersTheWholePayload()
    {
        LaneOutput output = new(1, 3);
        int frames = 0;
        while (output.CanWrite)
        {
            Assert.Equal(FrameHeader.MaximumPayload, output.Begin(FrameType.Posted, 1).Length);
            output.End(FrameHeader.MaximumPayload);
            frames++;
        }

        Assert.Equal(4, frames);
        Assert.Equal(4, Parsed.All(Joined(), Parsed.Take(output)).Count);
    }

    [Fact]
    public void Writable_AfterRefusal_RaisedOnceWhenTheBufferIsTaken()
    {
        LaneOutput output = new(1, 3, FrameHeader.MaximumFrame);
        int raised = 0;
        output.Writable = () => raised++;
        Parsed.Write(output, [1]);
        Parsed.Take(output);
        Assert.Equal(0, raised);

        Parsed.Write(output, [1]);
        Assert.False(output.CanWrite);
        Assert.False(output.CanWrite);
        Assert.Equal(0, raised);
        Assert.True(output.TryTake(out _));
        output.RaiseWritable();
        Assert.Equal(1, raised);
        Assert.True(output.CanWrite);
        output.Release();
        Assert.Equal(1, raised);
    }

    [Fact]
    public void Writable_BothBuffersFull_RaisedOnlyWhenThereIsRoom()
    {
        LaneOutput output = new(1, 3, FrameHeader.MaximumFrame);
        int raised = 0;
        output.Writable = () => raised++;
        Parsed.Write(output, [1]);
        Assert.True(output.TryTake(out _));
        Parsed.Write(output, [2]);
        Assert.False(output.CanWrite);
        output.Release();
        Assert.Equal(0, raised);
        Parsed.Take(output);
        Assert.Equal(1, raised);
    }

    [Fact]
    public async Task ProducerAndPump_OnTwoThreads_EveryFrameOnceInOrder()
    {
        const int Frames = 20000;
        LaneOutput output = new(1, 3, FrameHeader.MaximumFrame * 2);
        using SemaphoreSlim sealedSome = new(0);
        using SemaphoreSlim room = new(0);
        output.Flushed = () => sealedSome.Release();
        output.Writable = () => room.Release();
        using CancellationTokenSource limit = new(Signal.Bound);
        Task producer = Task.Run(async () =>
        {
            for (int i = 0; i < Frames; i++)
            {
                while (!output.CanWrite)
                {
                    output.Flush();
                    await room.WaitAsync(limit.Token);
                }

                WriteNumber(output, i);
                if (i % 3 == 0)
                    output.Flush();
            }

            output.Flush();
        });
        FrameParser parser = Joined();
        int next = 0;
        while (next < Frames)
        {
            if (!output.TryTake(out ReadOnlyMemory<byte> bytes))
            {
                await sealedSome.WaitAsync(limit.Token);
                continue;
            }

            foreach (Parsed frame in Parsed.All(parser, bytes.Span))
                Assert.Equal(next++, BitConverter.ToInt32(frame.Payload));
            output.Release();
        }

        await producer.WaitAsync(limit.Token);
    }

    private static void WriteNumber(LaneOutput output, int number)
    {
        BitConverter.TryWriteBytes(output.Begin(FrameType.Posted, 1), number);
        output.End(sizeof(int) + (number % 50));
    }
}
