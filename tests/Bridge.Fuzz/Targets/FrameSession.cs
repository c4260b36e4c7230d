using Bridge.Link;

namespace Bridge.Fuzz.Targets;

/// <summary>The frame parser, fed the same bytes whole and cut anywhere: both must say the same, and nothing but what the protocol calls a fault.</summary>
internal sealed class FrameSession : IFuzzSession
{
    private const int Lanes = 3;

    private readonly uint[] _sequences = new uint[Lanes + 1];
    private FrameParser _whole = new(), _cut = new();
    private uint _connection;

    public void Dispose()
    {
    }

    public int Step(FuzzRandom random)
    {
        if (_connection == 0 && random.OneIn(2))
        {
            _connection = (uint)random.Next(1, 5);
            _whole.Join(_connection, Lanes);
            _cut.Join(_connection, Lanes);
        }

        var stream = new List<byte>();
        for (int i = random.Next(1, 4); i > 0; i--)
            stream.AddRange(Frame(random));
        byte[] bytes = random.OneIn(4) ? ByteMutation.Change(random, [.. stream]) : [.. stream];
        (int frames, CloseReason reason) = Feed(_whole, bytes, () => bytes.Length);
        (int again, CloseReason same) = Feed(_cut, bytes, () => random.Next(1, random.OneIn(3) ? 4 : 200));
        FuzzFindException.Unless(frames == again && reason == same, $"{frames} and {reason} whole, {again} and {same} cut");
        FuzzFindException.Unless(reason != CloseReason.None || (_whole.IsBetweenFrames == _cut.IsBetweenFrames && _whole.Stale == _cut.Stale), $"the parsers stand at different places");
        long stale = _whole.Stale;
        bool between = _whole.IsBetweenFrames;
        if (reason != CloseReason.None || !between)
            Restart();
        return Outcome.Of((int)reason, Outcome.Magnitude(frames & 0xffff), Outcome.Magnitude(stale), between ? 1 : 0, _connection == 0 ? 0 : 1);
    }

    private static (int Hash, CloseReason Reason) Feed(FrameParser parser, byte[] bytes, Func<int> piece)
    {
        int count = 0, hash = 0;
        try
        {
            for (int at = 0; at < bytes.Length;)
            {
                int length = Math.Min(piece(), bytes.Length - at);
                ReadOnlySpan<byte> fed = bytes.AsSpan(at, length);
                at += length;
                while (parser.TryRead(ref fed, out FrameHeader header, out ReadOnlySpan<byte> payload))
                {
                    FuzzFindException.Unless(payload.Length == header.Length - FrameHeader.Size, $"a payload of {payload.Length} bytes in a frame of {header.Length}");
                    (count, hash) = (count + 1, Outcome.Of(hash, (int)header.Crc, payload.Length));
                }

                FuzzFindException.Unless(fed.IsEmpty, $"{fed.Length} bytes were left");
            }
        }
        catch (LinkProtocolException fault)
        {
            return ((hash & ~0xffff) | count, fault.Reason);
        }

        return ((hash & ~0xffff) | count, CloseReason.None);
    }

    private void Restart()
    {
        (_whole, _cut, _connection) = (new FrameParser(), new FrameParser(), 0);
        Array.Clear(_sequences);
    }

    private byte[] Frame(FuzzRandom random)
    {
        ushort lane = (ushort)(_connection == 0 ? 0 : random.Next(Lanes + 1));
        byte[] bytes = new byte[FrameHeader.Size + (random.OneIn(200) ? random.Next(FrameHeader.MaximumPayload + 1) : random.Next(80))];
        random.NextBytes(bytes.AsSpan(FrameHeader.Size, Math.Min(bytes.Length - FrameHeader.Size, 32)));
        var header = new FrameHeader(bytes.Length, 0, (FrameType)random.Next(40), 0, lane, _connection, 0, _sequences[lane]);
        bool counts = true;
        switch (random.Next(16))
        {
            case 0:
                header = header with { Length = (int)random.Edge() };
                break;
            case 1:
                header = header with { Lane = (ushort)random.Edge() };
                break;
            case 2:
                (header, counts) = (header with { Connection = _connection - (uint)random.Next(2) }, false);
                break;
            case 3:
                header = header with { Sequence = header.Sequence + (uint)random.Next(3) - 1 };
                break;
            case 4:
                header = header with { Flags = (byte)random.Edge(), Epoch = (uint)random.Edge() };
                break;
            case 5:
                header = header with { Epoch = (uint)random.Next(2) };
                break;
        }

        _sequences[lane] += counts ? 1u : 0;
        header.Write(bytes);
        (header with { Crc = FrameChecksum.Compute(bytes) ^ (random.OneIn(30) ? 1u : 0) }).Write(bytes);
        return bytes;
    }
}
