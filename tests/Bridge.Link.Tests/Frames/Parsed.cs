namespace Bridge.Link.Tests;

/// <summary>A frame that came out of a parser, copied.</summary>
internal sealed record Parsed(FrameHeader Header, byte[] Payload)
{
    public static List<Parsed> All(FrameParser parser, ReadOnlySpan<byte> bytes)
    {
        List<Parsed> frames = [];
        while (parser.TryRead(ref bytes, out FrameHeader header, out ReadOnlySpan<byte> payload))
            frames.Add(new Parsed(header, payload.ToArray()));
        Assert.True(bytes.IsEmpty);
        return frames;
    }

    /// <summary>What an output's producer has sealed.</summary>
    public static byte[] Take(LaneOutput output)
    {
        Assert.True(output.TryTake(out ReadOnlyMemory<byte> bytes));
        byte[] copy = bytes.ToArray();
        output.Release();
        return copy;
    }

    public static void Write(LaneOutput output, ReadOnlySpan<byte> payload, FrameType type = FrameType.Posted, uint epoch = 1)
    {
        payload.CopyTo(output.Begin(type, epoch));
        output.End(payload.Length);
    }
}
