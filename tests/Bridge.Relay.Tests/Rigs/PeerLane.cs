using Bridge.Link;

namespace Bridge.Relay.Tests.Rigs;

/// <summary>The peer gateway of one relay, played by a test: reads what the relay sends, and gives it any frame.</summary>
internal sealed class PeerLane(Relay relay, int capacity = 4 * FrameHeader.MaximumFrame)
{
    /// <summary>One frame and a little more: for tests that make thousands of connections.</summary>
    public const int SmallCapacity = FrameHeader.MaximumFrame + (16 << 10);

    private FrameParser _parser = new();
    private LaneOutput? _output;
    private uint _connection, _sequence;

    /// <summary>A new connection. What the relay states goes to <see cref="Take"/>.</summary>
    public void Up()
    {
        (_connection, _sequence) = (_connection + 1, 0);
        _output = new LaneOutput(1, _connection, capacity);
        _parser = new FrameParser();
        _parser.Join(_connection, 1);
        relay.LaneUp(_output);
    }

    public void Down()
    {
        _output = null;
        relay.LaneDown();
    }

    /// <summary>Gives the relay a frame, as its link does after checking length, checksum and sequence.</summary>
    public void Give(FrameType type, uint epoch, ReadOnlySpan<byte> payload) =>
        relay.Receive(new FrameHeader(FrameHeader.Size + payload.Length, 0, type, 0, 1, _connection, epoch, _sequence++), payload);

    /// <summary>All frames that the relay has sent since the last call.</summary>
    public List<Frame> Take()
    {
        var frames = new List<Frame>();
        while (_output!.TryTake(out ReadOnlyMemory<byte> taken))
        {
            ReadOnlySpan<byte> bytes = taken.Span;
            while (_parser.TryRead(ref bytes, out FrameHeader header, out ReadOnlySpan<byte> payload))
                frames.Add(new Frame(header.Type, header.Epoch, payload.ToArray()));
            _output.Release();
        }

        return frames;
    }
}
