using Bridge.Link;
using Microsoft.Extensions.Logging;

namespace Bridge.Relay;

/// <summary>
/// Joins the two sides of a device that are both on this machine: a lane in memory instead of a link. All calls are made inside the turn that both relays belong to. What a
/// stranger's driver does is checked by the driver side as ever, and what it cannot break over a link it cannot break here.
/// </summary>
public sealed class LocalLane
{
    // A fault between two of our own relays is a defect. It is tried again, like a link, but not in a circle.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly string _device;
    private readonly DriverRelay _driver;
    private readonly DeviceRelay _deviceSide;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private LaneOutput? _fromDriver, _fromDevice;
    private FrameParser _toDriver = new(), _toDevice = new();
    private uint _connection;
    private long _downSince;

    /// <summary>Makes a lane that is down; the first pump brings it up.</summary>
    public LocalLane(string device, DriverRelay driver, DeviceRelay deviceSide, TimeProvider time, ILogger log) =>
        (_device, _driver, _deviceSide, _time, _log) = (device, driver, deviceSide, time, log);

    /// <summary>Pumps both relays and carries what they say to each other. True = call again soon, there is more.</summary>
    public bool Pump()
    {
        if (_fromDriver is null && (_connection == 0 || _time.GetElapsedTime(_downSince) >= Pause))
            Up();
        try
        {
            bool more = _driver.Pump() | _deviceSide.Pump();
            return Carry(_fromDriver, _toDevice, _deviceSide) | Carry(_fromDevice, _toDriver, _driver) | more;
        }
        catch (LinkProtocolException fault)
        {
            _driver.Counters.ProtocolFaults++;
            RelayLog.PeerFault(_log, _device, fault.Reason.ToString(), fault.Message);
            Down();
            return false;
        }
    }

    private static bool Carry(LaneOutput? from, FrameParser parser, Relay to)
    {
        bool carried = false;
        while (from is not null && from.TryTake(out ReadOnlyMemory<byte> taken))
        {
            carried = true;
            ReadOnlySpan<byte> bytes = taken.Span;
            while (parser.TryRead(ref bytes, out FrameHeader header, out ReadOnlySpan<byte> payload))
                to.Receive(header, payload);
            from.Release();
        }

        return carried;
    }

    private void Up()
    {
        const ushort Lane = 1;
        _connection++;
        (_fromDriver, _fromDevice) = (NewOutput(), NewOutput());
        (_toDriver, _toDevice) = (new FrameParser(), new FrameParser());
        _toDriver.Join(_connection, Lane);
        _toDevice.Join(_connection, Lane);
        _driver.LaneUp(_fromDriver);
        _deviceSide.LaneUp(_fromDevice);

        LaneOutput NewOutput() => new(Lane, _connection, 2 * FrameHeader.MaximumFrame);
    }

    private void Down()
    {
        (_fromDriver, _fromDevice, _downSince) = (null, null, _time.GetTimestamp());
        _driver.LaneDown();
        _deviceSide.LaneDown();
    }
}
