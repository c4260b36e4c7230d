namespace Bridge.Link.Connections;

/// <summary>Reads the link's stream: lane 0, and all device lanes where the transport multiplexes.</summary>
internal sealed class LinkStreamReader(Stream stream, LinkConnection connection, TrafficCounters traffic) : FrameReader(stream, new FrameParser(), traffic)
{
    private readonly TrafficCounters _traffic = traffic;
    private ConnectionLane[] _lanes = [];
    private long _counted;

    protected override bool Deliver(ReadOnlySpan<byte> bytes, out int consumed)
    {
        ReadOnlySpan<byte> rest = bytes;
        while (!connection.IsEnding && Parser.TryRead(ref rest, out FrameHeader header, out ReadOnlySpan<byte> payload))
        {
            if (header.Lane != 0)
            {
                _lanes[header.Lane - 1].Deliver(header, payload);
            }
            else if (connection.OnControlFrame(header, payload))
            {
                consumed = bytes.Length - rest.Length;
                return true;
            }
        }

        // While the connection ends, bytes are read only to see the peer's Close or the end of the stream.
        while (connection.IsEnding && Parser.TryRead(ref rest, out FrameHeader header, out ReadOnlySpan<byte> payload))
        {
            if (header.Type == FrameType.Close)
                connection.OnControlFrame(header, payload);
        }

        consumed = bytes.Length;
        return false;
    }

    protected override async Task AttachAsync()
    {
        _lanes = await connection.AttachAsync(Parser);
    }

    protected override void OnBytes() => connection.OnBytes();

    protected override void EndBatch()
    {
        foreach (ConnectionLane lane in _lanes)
            lane.EndBatch();
        if (Parser.Stale > _counted)
        {
            _traffic.AddStale(Parser.Stale - _counted);
            _counted = Parser.Stale;
        }
    }
}
