namespace Bridge.Link.Connections;

/// <summary>A lane of one connection with its handler. Everything here is called by the lane's one reader, and after that is joined by the connection.</summary>
internal sealed class ConnectionLane(SessionLane lane)
{
    private readonly ILaneHandler _handler = lane.Registration.Handler;
    private bool _up;
    private bool _touched;

    public string Device => lane.Registration.Device;

    public ushort Number => lane.Number;

    /// <summary>The lane's LaneOpen is sealed in it.</summary>
    public LaneOutput Output { get; } = lane.CreateOutput();

    public bool IsUp => _up;

    /// <summary>The pump must serve <see cref="Output"/> already.</summary>
    public void Up()
    {
        Output.Flush();
        _up = true;
        _handler.OnLaneUp(Output);
    }

    public void Deliver(in FrameHeader header, ReadOnlySpan<byte> payload)
    {
        if (!lane.Accept(header, payload))
            return;
        _touched = true;
        _handler.OnFrame(header, payload);
    }

    public void EndBatch()
    {
        if (!_touched)
            return;
        _touched = false;
        _handler.OnBatchEnd();
    }

    public void Down()
    {
        if (!_up)
            return;
        _up = false;
        _handler.OnLaneDown(Output.Connection);
    }
}
