namespace Bridge.Link.Connections;

/// <summary>A lane of one connection with its handler. Everything here is called by the lane's one reader, and after that is joined by the connection.</summary>
internal sealed class ConnectionLane(SessionLane lane)
{
    private readonly ILaneHandler handler = lane.Registration.Handler;
    private bool up;
    private bool touched;

    public string Device => lane.Registration.Device;

    public ushort Number => lane.Number;

    /// <summary>The lane's LaneOpen is sealed in it.</summary>
    public LaneOutput Output { get; } = lane.CreateOutput();

    public bool IsUp => up;

    /// <summary>The pump must serve <see cref="Output"/> already.</summary>
    public void Up()
    {
        Output.Flush();
        up = true;
        handler.OnLaneUp(Output);
    }

    public void Deliver(in FrameHeader header, ReadOnlySpan<byte> payload)
    {
        if (!lane.Accept(header, payload))
            return;
        touched = true;
        handler.OnFrame(header, payload);
    }

    public void EndBatch()
    {
        if (!touched)
            return;
        touched = false;
        handler.OnBatchEnd();
    }

    public void Down()
    {
        if (!up)
            return;
        up = false;
        handler.OnLaneDown(Output.Connection);
    }
}
