using Bridge.Link;

namespace Bridge.Ports.Tests.VhostUser;

/// <summary>Two relays and the lane between them, in one turn, without a network. The lane can be cut.</summary>
internal sealed class RelayPair(Relay.Relay driver, Relay.Relay device)
{
    private LaneOutput? _fromDriver, _fromDevice;
    private FrameParser _toDriver = new(), _toDevice = new();
    private uint _connection;

    public bool IsUp => _fromDriver is not null;

    public void Up()
    {
        _connection++;
        (_fromDriver, _fromDevice) = (new LaneOutput(1, _connection), new LaneOutput(1, _connection));
        (_toDriver, _toDevice) = (new FrameParser(), new FrameParser());
        _toDriver.Join(_connection, 1);
        _toDevice.Join(_connection, 1);
        driver.LaneUp(_fromDriver);
        device.LaneUp(_fromDevice);
    }

    public void Down()
    {
        (_fromDriver, _fromDevice) = (null, null);
        driver.LaneDown();
        device.LaneDown();
    }

    public bool Step()
    {
        bool more = driver.Pump() | device.Pump();
        return Move(_fromDriver, _toDevice, device) | Move(_fromDevice, _toDriver, driver) | more;
    }

    /// <summary>Carries what has been written. False: nothing was.</summary>
    public static bool Move(LaneOutput? from, FrameParser parser, Relay.Relay to)
    {
        bool moved = false;
        while (from is not null && from.TryTake(out ReadOnlyMemory<byte> taken))
        {
            moved = true;
            ReadOnlySpan<byte> bytes = taken.Span;
            while (parser.TryRead(ref bytes, out FrameHeader header, out ReadOnlySpan<byte> payload))
                to.Receive(header, payload);
            from.Release();
        }

        return moved;
    }
}
