namespace Bridge.Link.Connections;

/// <summary>Reads the stream of one device lane (QUIC). On the side that accepts streams, the first frame tells which lane it is.</summary>
internal sealed class LaneStreamReader : FrameReader
{
    private readonly LinkConnection _connection;
    private readonly Stream _stream;
    private ConnectionLane? _lane;

    /// <param name="stream">The lane's stream.</param>
    /// <param name="parser">Joined to the connection already.</param>
    /// <param name="lane">The lane, where this side opened the stream; else null.</param>
    /// <param name="connection">Whose lane it is.</param>
    /// <param name="traffic">Where bytes are counted.</param>
    public LaneStreamReader(Stream stream, FrameParser parser, ConnectionLane? lane, LinkConnection connection, TrafficCounters traffic)
        : base(stream, parser, traffic)
    {
        _stream = stream;
        _lane = lane;
        _connection = connection;
    }

    protected override bool Deliver(ReadOnlySpan<byte> bytes, out int consumed)
    {
        consumed = bytes.Length;
        while (!_connection.IsEnding && Parser.TryRead(ref bytes, out FrameHeader header, out ReadOnlySpan<byte> payload))
        {
            if (header.Lane == 0)
                throw new LinkProtocolException(CloseReason.UnexpectedFrame, $"A {header.Type} frame of lane 0 came on a device lane's stream.");
            _lane ??= _connection.Claim(header.Lane, _stream);
            if (header.Lane != _lane.Number)
                throw new LinkProtocolException(CloseReason.UnexpectedFrame, $"A frame of lane {header.Lane} came on the stream of lane {_lane.Number}.");
            _lane.Deliver(header, payload);
        }

        return false;
    }

    protected override Task AttachAsync() => Task.CompletedTask;

    protected override void OnBytes() => _connection.OnBytes();

    protected override void EndBatch() => _lane?.EndBatch();
}
