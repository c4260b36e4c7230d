using Bridge.Gateway.Configuration;
using Bridge.Gateway.Metrics;
using Bridge.Gateway.Reports;
using Bridge.Link;
using Bridge.Ports.Sockets;
using Bridge.Relay;
using Bridge.Rpmsg;
using Bridge.Virtio;
using Microsoft.Extensions.Logging;

namespace Bridge.Gateway.Composition;

/// <summary>One device of this gateway, wired up: port, relay, turn and lane. What is asked of it is answered inside its turn.</summary>
internal sealed class BridgedDevice : IAsyncDisposable
{
    // What the local driver of a cross-connect is joined with, in place of a peer.
    private const string CrossConnect = "the cross-connect";

    private static readonly TimeSpan DrainPace = TimeSpan.FromMilliseconds(5);

    private readonly DeviceConfiguration _configuration;
    private readonly TimeProvider _time;
    private readonly LocalPort _port;
    private readonly DeviceHost _host;

    /// <summary>Makes the device: takes what its port needs on this machine. <see cref="Listen"/> begins to serve it.</summary>
    /// <param name="configuration">The device.</param>
    /// <param name="gateway">Directories and permissions.</param>
    /// <param name="store">Where descriptors outlive this process; null: nowhere.</param>
    /// <param name="time">For everything.</param>
    /// <param name="loggers">For everything.</param>
    /// <exception cref="RunDirectoryException">The device's directory cannot be used.</exception>
    public BridgedDevice(DeviceConfiguration configuration, GatewayConfiguration gateway, IDescriptorStore? store, TimeProvider time, ILoggerFactory loggers)
    {
        (_configuration, _time) = (configuration, time);
        DeviceHost? host = null;
        // A port that goes on with an earlier life may call before there is a host; Listen runs the turn.
        _port = LocalPorts.Make(configuration, gateway, store, () => host?.Turn.Run(), time, loggers);
        _host = host = new DeviceHost(_port.Relay, time, loggers.CreateLogger<DeviceHost>());
        Lane = new LaneRegistration(
            configuration.Name, (ushort)configuration.Type, configuration.Side == DeviceSide.Virtio ? LaneRole.Driver : LaneRole.Device, _host);
    }

    /// <summary>Its name.</summary>
    public string Name => _configuration.Name;

    /// <summary>The peer that has the other side.</summary>
    public string Link => _configuration.Link;

    /// <summary>What the link is told of the device.</summary>
    public LaneRegistration Lane { get; }

    /// <summary>Begins to serve this machine.</summary>
    public void Listen()
    {
        _port.Listen();
        _host.Turn.Run();
    }

    /// <summary>
    /// Withdraws what applications offer and waits until the peer has taken that and everything before it, so that its applications see the end: the end of the link
    /// may overtake what is under way on a lane. Without a connection, or when the peer does not take it within the time, there is nothing to wait for.
    /// </summary>
    public async Task DrainAsync(TimeSpan patience)
    {
        await _host.Ask(() =>
        {
            _port.Close();
            return true;
        });
        long begin = _time.GetTimestamp();
        while (await _host.Ask(() => _port.IsUnderWay(_port.Relay.ReadStatus())) && _time.GetElapsedTime(begin) < patience)
            await Task.Delay(DrainPace, _time);
    }

    /// <summary>Why the device cannot change to these services now, in one sentence; null if it can.</summary>
    public Task<string?> FindServiceConflictAsync(DeviceConfiguration wanted) => _host.Ask(() => _port.FindServiceConflict(wanted));

    /// <summary>Offers these services from now on; those that stay are not interrupted.</summary>
    public Task SetServicesAsync(DeviceConfiguration wanted) => _host.Ask(() =>
    {
        _port.SetServices(wanted);
        return true;
    });

    /// <summary>These access rules hold from now on; conversations that they allow are not interrupted.</summary>
    public Task SetAccessAsync(DeviceConfiguration wanted) => _host.Ask(() =>
    {
        _port.SetAccess(wanted);
        return true;
    });

    /// <summary>The device and its channels now.</summary>
    public Task<(DeviceReport Device, IReadOnlyList<ChannelReport> Channels)> ReadAsync() => _host.Ask(() =>
    {
        RelayStatus relay = _port.Relay.ReadStatus();
        LocalPortReport port = _port.Read(relay);
        return (DeviceReport(relay, port), port.Channels);
    });

    /// <summary>The device's figures now.</summary>
    public Task<DeviceMeasures> MeasureAsync() => _host.Ask(() =>
    {
        RelayStatus relay = _port.Relay.ReadStatus();
        LocalPortReport port = _port.Read(relay);
        return new DeviceMeasures(_configuration, DeviceReport(relay, port), relay, port);
    });

    /// <summary>The device's rings now; those of a cross-connect's local driver after those that the link has to do with.</summary>
    public Task<IReadOnlyList<RingDeviceReport>> ReadRingsAsync() => _host.Ask<IReadOnlyList<RingDeviceReport>>(() =>
    {
        RelayStatus relay = _port.Relay.ReadStatus();
        LocalPortReport port = _port.Read(relay);
        RingDeviceReport device = RingDeviceReport(
            relay, _configuration.Link, _configuration.Side, relay.Status == DeviceStatus.None ? port.Waits ?? "waits for the other side" : relay.Status.Describe(), port.Bus);
        return port.LocalDriver is { } local ? [device, RingDeviceReport(local.Relay, CrossConnect, DeviceSide.Virtio, local.Status, bus: null) with { LocalDriver = true }] : [device];
    });

    /// <summary>Ends the device; its link must have stopped.</summary>
    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await _port.DisposeAsync();
    }

    private RingDeviceReport RingDeviceReport(RelayStatus relay, string link, DeviceSide side, string status, RpmsgCounters? bus) => new()
    {
        Device = _configuration.Name,
        Link = link,
        Side = ChoiceName.Of(side),
        Connected = relay.Live,
        Epoch = relay.Epoch,
        Status = status,
        Queues = [.. relay.Queues.Select(queue => RingReports.Of(queue, side, bus))],
    };

    private DeviceReport DeviceReport(RelayStatus relay, LocalPortReport port) => new()
    {
        Name = _configuration.Name,
        Link = _configuration.Link,
        Side = ChoiceName.Of(_configuration.Side),
        Port = ChoiceName.Of(_configuration.Port),
        Socket = port.Socket,
        VirtioId = relay.DeviceId,
        // A relay that waits for its peer still has a running driver: what is outstanding is kept, so it stays DRIVER_OK through an outage.
        DriverOk = IsDriverOk(relay) && (port.LocalDriver is not { } other || IsDriverOk(other.Relay)) && _host.Failure is null,
        Status = _host.Failure is { } failure ? $"stopped: {failure.Message}"
            : relay.Status == DeviceStatus.None ? port.Waits ?? "waits for the other side"
            : relay.Status.Describe(),
        Features = DeviceTable.Find(relay.DeviceId ?? (ushort)_configuration.Type).Describe(relay.Features),
        Epoch = relay.Epoch,
        MaximumMessage = port.MaximumMessage,
        Queues = [.. relay.Queues.Select(queue => QueueReport(queue, queue.Index == port.HeldQueue ? port.HeldBy : null))],
        LocalDriver = port.LocalDriver is { } local ? LocalDriverReport(local) : null,
        Counters = port.Counters,
    };

    private static LocalDriverReport LocalDriverReport(LocalDriver local) => new()
    {
        DriverOk = IsDriverOk(local.Relay),
        Status = local.Status,
        Features = DeviceTable.Find(DeviceTable.Rpmsg).Describe(local.Relay.Features),
        Epoch = local.Relay.Epoch,
        // What it sends is queue 1: the one that the other driver can hold up.
        Queues = [.. local.Relay.Queues.Select(queue => QueueReport(queue, queue.Index == 1 ? local.HeldBy : null))],
    };

    private static bool IsDriverOk(RelayStatus relay) =>
        (relay.Status & (DeviceStatus.DriverOk | DeviceStatus.NeedsReset | DeviceStatus.Failed)) == DeviceStatus.DriverOk;

    private static QueueReport QueueReport(QueueStatus queue, string? heldBy) => new()
    {
        Index = queue.Index,
        Size = queue.Size,
        Generation = queue.Generation,
        Posted = (long)queue.Posted,
        Used = (long)queue.Used,
        InFlight = queue.InFlight,
        Fault = queue.Fault,
        HeldBy = heldBy,
    };
}
