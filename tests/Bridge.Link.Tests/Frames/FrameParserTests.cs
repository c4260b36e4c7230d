namespace Bridge.Link.Tests;

public sealed class FrameParserTests
{
    private const uint Connection = 9;

    private static FrameParser Joined(int lanes = 2)
    {
        FrameParser parser = new();
        parser.Join(Connection, lanes);
        return parser;
    }

    private static byte[] Frame(FrameHeader header, params byte[] payload)
    {
        byte[] frame = new byte[FrameHeader.Size + payload.Length];
        payload.CopyTo(frame, FrameHeader.Size);
        FrameHeader complete = header with { Length = header.Length == 0 ? frame.Length : header.Length };
        complete.Write(frame);
        (complete with { Crc = FrameChecksum.Compute(frame) }).Write(frame);
        return frame;
    }

    private static FrameHeader Header(ushort lane = 1, uint sequence = 0, uint connection = Connection, byte flags = 0, uint epoch = 1, int length = 0) =>
        new(length, 0, FrameType.Posted, flags, lane, connection, epoch, sequence);

    private static LinkProtocolException Fault(FrameParser parser, byte[] bytes) => Assert.Throws<LinkProtocolException>(() =>
    {
        ReadOnlySpan<byte> rest = bytes;
        while (parser.TryRead(ref rest, out _, out _))
        {
        }
    });

    [Fact]
    public void TryRead_EverySplitPoint_SameFrames()
    {
        LaneOutput one = new(1, Connection);
        LaneOutput two = new(2, Connection);
        Parsed.Write(one, [1, 2, 3]);
        Parsed.Write(one, []);
        Parsed.Write(two, [.. Enumerable.Range(0, 40).Select(i => (byte)i)]);
        byte[] stream = [.. Parsed.Take(one), .. Parsed.Take(two)];
        for (int first = 0; first <= stream.Length; first++)
        {
            for (int second = first; second <= stream.Length; second += 7)
            {
                FrameParser parser = Joined();
                List<Parsed> frames = [.. Parsed.All(parser, stream.AsSpan(0, first)), .. Parsed.All(parser, stream.AsSpan(first, second - first)), .. Parsed.All(parser, stream.AsSpan(second))];
                Assert.Equal([3, 0, 40], frames.Select(frame => frame.Payload.Length));
                Assert.Equal([1, 2, 3], frames[0].Payload);
                Assert.Equal(39, frames[2].Payload[39]);
                Assert.True(parser.IsBetweenFrames);
            }
        }
    }

    [Fact]
    public void TryRead_ByteByByte_MaximumFrameUnchanged()
    {
        byte[] payload = new byte[FrameHeader.MaximumPayload];
        new Random(1).NextBytes(payload);
        LaneOutput output = new(1, Connection);
        Parsed.Write(output, payload);
        FrameParser parser = Joined();
        List<Parsed> frames = [];
        foreach (byte b in Parsed.Take(output))
        {
            Assert.Empty(frames);
            frames.AddRange(Parsed.All(parser, [b]));
        }

        Assert.Equal(payload, Assert.Single(frames).Payload);
    }

    [Fact]
    public void TryRead_WholeFrameInInput_PayloadIsNotCopied()
    {
        byte[] frame = Frame(Header(), 1, 2, 3);
        ReadOnlySpan<byte> rest = frame;
        Assert.True(Joined().TryRead(ref rest, out _, out ReadOnlySpan<byte> payload));
        Assert.True(payload.Overlaps(frame));
    }

    [Fact]
    public void TryRead_RandomStreamsAndSplits_EqualsWhatWasWritten()
    {
        int seed = Environment.TickCount;
        Random random = new(seed);
        for (int round = 0; round < 50; round++)
        {
            LaneOutput[] lanes = [new(1, Connection), new(2, Connection)];
            FrameParser parser = Joined();
            Queue<(ushort Lane, byte[] Payload)> oracle = [];
            List<byte> stream = [];
            for (int i = 0; i < 30; i++)
            {
                LaneOutput lane = lanes[random.Next(2)];
                byte[] payload = new byte[random.Next(random.Next(10) == 0 ? 5000 : 60)];
                random.NextBytes(payload);
                Parsed.Write(lane, payload);
                stream.AddRange(Parsed.Take(lane));
                oracle.Enqueue((lane.Lane, payload));
            }

            byte[] bytes = [.. stream];
            for (int at = 0; at < bytes.Length;)
            {
                int piece = Math.Min(bytes.Length - at, random.Next(1, 300));
                foreach (Parsed frame in Parsed.All(parser, bytes.AsSpan(at, piece)))
                {
                    (ushort lane, byte[] payload) = oracle.Dequeue();
                    Assert.True(lane == frame.Header.Lane && payload.AsSpan().SequenceEqual(frame.Payload), $"seed {seed}, round {round}");
                }

                at += piece;
            }

            Assert.True(oracle.Count == 0, $"seed {seed}, round {round}: {oracle.Count} frames missing");
        }
    }

    [Fact]
    public void TryRead_AnyBitFlipped_NeverYieldsAnotherFrame()
    {
        byte[] frame = Frame(Header(), 1, 2, 3, 4, 5);
        for (int bit = 0; bit < frame.Length * 8; bit++)
        {
            byte[] wrong = [.. frame];
            wrong[bit / 8] ^= (byte)(1 << (bit % 8));
            FrameParser parser = Joined();
            ReadOnlySpan<byte> rest = wrong;
            CloseReason reason = CloseReason.None;
            bool yielded = false;
            try
            {
                yielded = parser.TryRead(ref rest, out _, out _);
            }
            catch (LinkProtocolException e)
            {
                reason = e.Reason;
            }

            // A longer length only makes the parser wait for bytes that never come.
            Assert.False(yielded, $"bit {bit}");
            Assert.True(reason is CloseReason.BadChecksum or CloseReason.BadFrame || !parser.IsBetweenFrames, $"bit {bit}: {reason}");
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(23)]
    [InlineData(65537)]
    [InlineData(int.MaxValue)]
    [InlineData(-1)]
    [InlineData(int.MinValue)]
    public void TryRead_LengthOutOfRange_BadFrameAsSoonAsTheHeaderIsThere(int length)
    {
        byte[] header = new byte[FrameHeader.Size];
        Header(length: length).Write(header);
        Assert.Equal(CloseReason.BadFrame, Fault(Joined(), header).Reason);
        FrameParser split = Joined();
        Assert.Empty(Parsed.All(split, header.AsSpan(0, 23)));
        Assert.Equal(CloseReason.BadFrame, Fault(split, header[23..]).Reason);
    }

    [Fact]
    public void TryRead_FlagsSet_BadFrame() => Assert.Equal(CloseReason.BadFrame, Fault(Joined(), Frame(Header(flags: 1))).Reason);

    [Fact]
    public void TryRead_EpochOnLaneZero_BadFrame() => Assert.Equal(CloseReason.BadFrame, Fault(Joined(), Frame(Header(lane: 0, epoch: 1))).Reason);

    [Fact]
    public void TryRead_LaneThatIsNotThere_UnexpectedFrame() => Assert.Equal(CloseReason.UnexpectedFrame, Fault(Joined(), Frame(Header(lane: 3))).Reason);

    [Fact]
    public void TryRead_DeviceLaneBeforeJoin_Fault() =>
        Assert.Equal(CloseReason.UnexpectedFrame, Fault(new FrameParser(), Frame(Header(lane: 1, connection: 0))).Reason);

    [Theory]
    [InlineData(1u)]
    [InlineData(uint.MaxValue)]
    public void TryRead_SequenceNotNext_SequenceGap(uint sequence) => Assert.Equal(CloseReason.SequenceGap, Fault(Joined(), Frame(Header(sequence: sequence))).Reason);

    [Fact]
    public void TryRead_SequenceRepeated_SequenceGap()
    {
        byte[] frame = Frame(Header());
        Assert.Equal(CloseReason.SequenceGap, Fault(Joined(), [.. frame, .. frame]).Reason);
    }

    [Fact]
    public void TryRead_LanesCountSeparately_Accepted()
    {
        byte[] stream = [.. Frame(Header(lane: 1)), .. Frame(Header(lane: 2)), .. Frame(Header(lane: 1, sequence: 1))];
        Assert.Equal(3, Parsed.All(Joined(), stream).Count);
    }

    [Fact]
    public void TryRead_NewerConnection_ProtocolViolation() => Assert.Equal(CloseReason.ProtocolViolation, Fault(Joined(), Frame(Header(connection: Connection + 1))).Reason);

    [Fact]
    public void TryRead_OlderConnection_DiscardedAndCounted()
    {
        FrameParser parser = Joined();
        byte[] stream = [.. Frame(Header(connection: Connection - 1, sequence: 77)), .. Frame(Header())];
        Assert.Equal(Connection, Assert.Single(Parsed.All(parser, stream)).Header.Connection);
        Assert.Equal(1, parser.Stale);
    }

    [Fact]
    public void TryRead_InsideFrame_IsBetweenFramesIsFalse()
    {
        FrameParser parser = Joined();
        Assert.True(parser.IsBetweenFrames);
        Assert.Empty(Parsed.All(parser, Frame(Header(), 1).AsSpan(0, 10)));
        Assert.False(parser.IsBetweenFrames);
    }

    [Fact]
    public void TryRead_ManyFrames_AllocatesNothing()
    {
        LaneOutput output = new(1, Connection);
        FrameParser parser = Joined();
        int frames = 0;
        // The runtime may allocate on this thread while it recompiles the methods; an allocation per frame would show in every run.
        long least = long.MaxValue;
        for (int run = 0; run < 10; run++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            Run(output, parser, ref frames, rounds: 100);
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, least);
        Assert.Equal(10 * 100 * 4, frames);
    }

    private static void Run(LaneOutput output, FrameParser parser, ref int frames, int rounds)
    {
        for (int i = 0; i < rounds; i++)
        {
            for (int j = 0; j < 4; j++)
            {
                Span<byte> payload = output.Begin(FrameType.Posted, 1);
                payload[..100].Fill((byte)j);
                output.End(100);
            }

            output.Flush();
            if (!output.TryTake(out ReadOnlyMemory<byte> bytes))
                continue;
            // Split inside the second frame, so that gathering is measured too.
            ReadOnlySpan<byte> first = bytes.Span[..150];
            ReadOnlySpan<byte> second = bytes.Span[150..];
            while (parser.TryRead(ref first, out _, out _))
                frames++;
            while (parser.TryRead(ref second, out _, out _))
                frames++;
            output.Release();
        }
    }
}
