namespace Bridge.Link.Tests;

/// <summary>A session with its parser, its outputs and its lanes' handlers, as an owner would drive it, minus threads and streams.</summary>
internal sealed class SessionEnd(LinkSession session)
{
    private LaneOutput[] outputs = [];

    public LinkSession Session { get; } = session;

    public FrameParser Parser { get; } = new();

    public IReadOnlyList<LaneOutput> Outputs => outputs;

    /// <summary>Moves all that this end has sealed to the other; false when there was nothing.</summary>
    public bool MoveTo(SessionEnd other, int piece, TimeSpan now)
    {
        bool moved = false;
        foreach (LaneOutput output in outputs.Prepend(Session.Control))
        {
            if (!output.TryTake(out ReadOnlyMemory<byte> bytes))
                continue;
            moved = true;
            for (int at = 0; at < bytes.Length; at += Math.Min(piece, bytes.Length - at))
                other.Feed(bytes.Span.Slice(at, Math.Min(piece, bytes.Length - at)), now);
            output.Release();
        }

        return moved;
    }

    public void Feed(ReadOnlySpan<byte> bytes, TimeSpan now)
    {
        try
        {
            while (Parser.TryRead(ref bytes, out FrameHeader header, out ReadOnlySpan<byte> payload))
            {
                if (Session.OnFrame(header, payload, now))
                    Session.Lanes[header.Lane - 1].Registration.Handler.OnFrame(header, payload);
                if (Session.State == SessionState.Established && Parser.Connection == 0)
                    Join();
            }
        }
        catch (LinkProtocolException e)
        {
            Session.Close(e.Reason, e.Message, now);
        }
    }

    private void Join()
    {
        Parser.Join(Session.Connection, Session.Lanes.Count);
        outputs = [.. Session.Lanes.Select(lane => lane.CreateOutput())];
        for (int i = 0; i < outputs.Length; i++)
            Session.Lanes[i].Registration.Handler.OnLaneUp(outputs[i]);
    }
}
