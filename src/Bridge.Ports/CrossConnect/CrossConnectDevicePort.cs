using Bridge.Ports.VhostUser;
using Bridge.Relay;
using Bridge.Virtio;
using Microsoft.Extensions.Logging;

namespace Bridge.Ports.CrossConnect;

/// <summary>
/// A device port that joins the driver behind its link to a driver on this machine, which comes in through a vhost-user socket. Both have relays of their own; those of this
/// machine's driver are joined by a lane in memory. All of it is done in one turn, the device's.
/// </summary>
/// <remarks>
/// The members of <see cref="IDevicePort"/>, <see cref="ReadStatus"/> and <see cref="Close"/> belong to the device's turn.
/// </remarks>
public sealed class CrossConnectDevicePort : IDevicePort, IAsyncDisposable
{
    // Times that messages go from ring to ring before the link has its turn.
    private const int Rounds = 16;

    private readonly CrossConnection _connection;
    private readonly VhostUserDriverPort _frontEnd;
    private readonly DriverRelay _driver;
    private readonly DeviceRelay _device;
    private readonly LocalLane _lane;

    /// <summary>Makes the port. Its socket appears when it listens, whether there is a link or not.</summary>
    /// <param name="options">What to join.</param>
    /// <param name="wake">Runs the device's turn: <see cref="DeviceTurn.Run"/>.</param>
    /// <param name="log">For this device.</param>
    /// <param name="time">For the patience with silent front ends.</param>
    public CrossConnectDevicePort(CrossConnectOptions options, Action wake, ILogger log, TimeProvider? time = null)
    {
        TimeProvider clock = time ?? TimeProvider.System;
        string device = options.LocalDriver.Device;
        _connection = new CrossConnection(options, wake, clock, log);
        _frontEnd = new VhostUserDriverPort(options.LocalDriver, wake, log, clock);
        _driver = new DriverRelay(device, _frontEnd, clock, log);
        _device = new DeviceRelay(device, _connection.Local, new PoolOptions(PlaceSize: options.Rpmsg.BufferSize), clock, log);
        _lane = new LocalLane(device, _driver, _device, clock, log);
    }

    /// <inheritdoc/>
    public DeviceOffer Offer => _connection.Remote.Offer;

    /// <summary>Begins to serve this machine's driver, on a thread named after it. Once, when <c>wake</c> can be called.</summary>
    public void Listen() => _frontEnd.Listen();

    /// <inheritdoc/>
    public void Start(ulong features, Window window, IReadOnlyList<RingLayout> queues, IDeviceRelay relay) => _connection.Remote.Start(features, window, queues, relay);

    /// <inheritdoc/>
    public void Stop() => _connection.Remote.Stop();

    /// <inheritdoc/>
    public void OnAvailable(int queue) => _connection.Remote.OnAvailable(queue);

    /// <inheritdoc/>
    public bool Pump()
    {
        for (int round = 0; round < Rounds; round++)
        {
            if (!(_lane.Pump() | _connection.Pump()))
                return false;
        }

        return true;
    }

    /// <summary>What the port looks like now.</summary>
    public CrossConnectStatus ReadStatus() => new(_connection.ReadRemote(), _connection.ReadLocal(), _frontEnd.ReadStatus(), _driver.ReadStatus());

    /// <summary>Turns this machine's driver away and removes the socket: its names are withdrawn, the other driver is told if there is a link.</summary>
    public void Close() => _frontEnd.Close();

    /// <summary>Releases everything. After the device's turn has run for the last time; from any thread but the port's own.</summary>
    public async ValueTask DisposeAsync()
    {
        await _frontEnd.DisposeAsync();
        _device.Dispose();
    }
}
