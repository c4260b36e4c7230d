namespace Bridge.Link.Connections;

/// <summary>Reads one stream to its end and delivers its frames. What arrives in one read is one batch.</summary>
internal abstract class FrameReader(Stream stream, FrameParser parser, TrafficCounters traffic)
{
    private const int BufferSize = 2 * FrameHeader.MaximumFrame;

    protected FrameParser Parser { get; } = parser;

    /// <summary>Completes at the end of the stream.</summary>
    /// <exception cref="LinkProtocolException">A frame is a fault.</exception>
    /// <exception cref="IOException">The stream broke or was aborted, or ended inside a frame.</exception>
    public async Task RunAsync()
    {
        byte[] buffer = GC.AllocateUninitializedArray<byte>(BufferSize);
        while (true)
        {
            int count = await stream.ReadAsync(buffer);
            if (count == 0)
                break;
            traffic.AddReceived(count);
            OnBytes();
            ReadOnlyMemory<byte> rest = buffer.AsMemory(0, count);
            while (Deliver(rest.Span, out int consumed))
            {
                rest = rest[consumed..];
                await AttachAsync();
            }

            EndBatch();
        }

        if (!Parser.IsBetweenFrames)
            throw new IOException("The stream ended inside a frame.");
    }

    /// <summary>Delivers frames until the bytes are used up (false) or <see cref="AttachAsync"/> has to come before the next one (true).</summary>
    protected abstract bool Deliver(ReadOnlySpan<byte> bytes, out int consumed);

    /// <summary>What has to happen between two frames and may take time.</summary>
    protected abstract Task AttachAsync();

    protected abstract void OnBytes();

    protected abstract void EndBatch();
}
