using Bridge.Gateway.Configuration;
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
    private static readonly TimeSpan DrainPace = TimeSpan.FromMilliseconds(5);

    private readonly DeviceConfiguration _configuration;
    private readonly TimeProvider _time;
    private readonly Relay.Relay _relay;
    private readonly Func<SocketsStatus> _readPort;
    private readonly Action _listen, _close;
    private readonly IAsyncDisposable _port;
    private readonly DeviceHost _host;

    /// <summary>Makes the device: takes its directory and its services' sockets. <see cref="Listen"/> begins to serve them.</summary>
    /// <exception cref="RunDirectoryException">The device's directory cannot be used.</exception>
    public BridgedDevice(DeviceConfiguration configuration, GatewayConfiguration gateway, TimeProvider time, ILoggerFactory loggers)
    {
        _configuration = configuration;
        _time = time;
        ILogger portLog = loggers.CreateLogger<SocketsOptions>(), relayLog = loggers.CreateLogger<DeviceHost>();
        SocketsOptions options = Options(configuration, gateway);
        DeviceHost? host = null;
        // The port calls only after Listen, when there is a host.
        void Wake() => host!.Turn.Run();
        if (configuration.Side == DeviceSide.Virtio)
        {
            var port = new SocketsDriverPort(options, Wake, portLog, time);
            _relay = new DriverRelay(configuration.Name, port, time, relayLog);
            (_readPort, _listen, _close, _port) = (port.ReadStatus, port.Listen, port.Close, port);
        }
        else
        {
            var port = new SocketsDevicePort(options, Wake, portLog, time);
            _relay = new DeviceRelay(configuration.Name, port, new PoolOptions(PlaceSize: configuration.Rpmsg.BufferSize), time, relayLog);
            (_readPort, _listen, _close, _port) = (port.ReadStatus, port.Listen, port.Close, port);
        }

        _host = host = new DeviceHost(_relay, time, relayLog);
        Lane = new LaneRegistration(
            configuration.Name, DeviceTable.Rpmsg, configuration.Side == DeviceSide.Virtio ? LaneRole.Driver : LaneRole.Device, _host);
    }

    /// <summary>The peer that has the other side.</summary>
    public string Link => _configuration.Link;

    /// <summary>What the link is told of the device.</summary>
    public LaneRegistration Lane { get; }

    /// <summary>Begins to serve applications.</summary>
    public void Listen() => _listen();

    /// <summary>
    /// Withdraws what applications offer and waits until the peer has taken that and everything before it, so that its applications see the end: the end of the link
    /// may overtake what is under way on a lane. Without a connection, or when the peer does not take it within the time, there is nothing to wait for.
    /// </summary>
    public async Task DrainAsync(TimeSpan patience)
    {
        await _host.Ask(() =>
        {
            _close();
            return true;
        });
        long begin = _time.GetTimestamp();
        while (await _host.Ask(IsUnderWay) && _time.GetElapsedTime(begin) < patience)
            await Task.Delay(DrainPace, _time);
    }

    /// <summary>The device and its channels now.</summary>
    public Task<(DeviceReport Device, IReadOnlyList<ChannelReport> Channels)> ReadAsync() => _host.Ask(() =>
    {
        SocketsStatus port = _readPort();
        return (DeviceReport(_relay.ReadStatus(), port), (IReadOnlyList<ChannelReport>)[.. port.Entries.Select(ChannelReport)]);
    });

    /// <summary>The device's rings now.</summary>
    public Task<RingDeviceReport> ReadRingsAsync() => _host.Ask(() =>
    {
        RelayStatus relay = _relay.ReadStatus();
        RpmsgCounters bus = _readPort().Bus;
        return new RingDeviceReport
        {
            Device = _configuration.Name,
            Link = _configuration.Link,
            Side = _configuration.Side.ToString().ToLowerInvariant(),
            Connected = relay.Live,
            Epoch = relay.Epoch,
            Status = relay.Status == DeviceStatus.None ? "waits for the other side" : relay.Status.Describe(),
            Queues = [.. relay.Queues.Select(queue => RingReports.Of(queue, _configuration.Side, bus))],
        };
    });

    /// <summary>Ends the device; its link must have stopped.</summary>
    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await _port.DisposeAsync();
    }

    /// <summary>There is a connection and the peer has not taken every message yet. Inside the turn.</summary>
    private bool IsUnderWay()
    {
        RelayStatus status = _relay.ReadStatus();
        int send = _configuration.Side == DeviceSide.Virtio ? 1 : 0;
        if (!status.Live || status.Queues.FirstOrDefault(queue => queue.Index == send) is not { Fault: null } queue)
            return false;
        // The driver's messages are chains that are not used yet; the device's are used ones that the driver side has not confirmed, while the rest are lent buffers.
        long lent = _configuration.Side == DeviceSide.Virtio ? 0 : (long)(queue.Posted - queue.Used);
        return queue.InFlight > lent;
    }

    private static SocketsOptions Options(DeviceConfiguration device, GatewayConfiguration gateway) => new()
    {
        Device = device.Name,
        RunDirectory = gateway.RunDirectory,
        Rpmsg = new RpmsgOptions(device.Rpmsg.Buffers, device.Rpmsg.BufferSize),
        Services = [.. device.Services.Select(service => new ServiceOptions(service.Name, service.Address) { Terms = service.Terms })],
        Channels = device.Channels,
        TcpAddresses = device.Tcp,
        Mode = gateway.SocketMode,
        Group = gateway.Group,
        Quota = device.Rpmsg.Quota,
        OverQuota = device.Rpmsg.SlowReader,
        AddressService = device.Rpmsg.AddressService,
    };

    private DeviceReport DeviceReport(RelayStatus relay, SocketsStatus port)
    {
        string? heldBy = port.Entries.FirstOrDefault(entry => entry.Conversations.Any(static c => c.HoldsDevice))?.Name;
        // Receiving is queue 0 for the driver and queue 1 for the device: that is the one that a reader can hold up.
        int receive = _configuration.Side == DeviceSide.Virtio ? 0 : 1;
        return new DeviceReport
        {
            Name = _configuration.Name,
            Link = _configuration.Link,
            Side = _configuration.Side.ToString().ToLowerInvariant(),
            Port = _configuration.Port.ToString().ToLowerInvariant(),
            VirtioId = relay.DeviceId,
            // A relay that waits for its peer still has a running driver: what is outstanding is kept, so it stays DRIVER_OK through an outage.
            DriverOk = (relay.Status & (DeviceStatus.DriverOk | DeviceStatus.NeedsReset | DeviceStatus.Failed)) == DeviceStatus.DriverOk && _host.Failure is null,
            Status = _host.Failure is { } failure ? $"stopped: {failure.Message}" : relay.Status == DeviceStatus.None ? "waits for the other side" : relay.Status.Describe(),
            Features = DeviceTable.Find(DeviceTable.Rpmsg).Describe(relay.Features),
            Epoch = relay.Epoch,
            MaximumMessage = new RpmsgOptions(_configuration.Rpmsg.Buffers, _configuration.Rpmsg.BufferSize).MaximumPayload,
            Queues = [.. relay.Queues.Select(queue => QueueReport(queue, queue.Index == receive ? heldBy : null))],
            Counters = DeviceCounters.Read(relay.Counters, port),
        };
    }

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

    private ChannelReport ChannelReport(EntryStatus entry) => new()
    {
        Device = _configuration.Name,
        Name = entry.Name,
        Kind = entry.Kind.ToString().ToLowerInvariant(),
        State = entry.Failure is null ? entry.State.ToString().ToLowerInvariant() : $"unavailable: {entry.Failure}",
        Address = entry.LocalAddress,
        Remote = entry.RemoteAddress,
        Socket = entry.Path,
        Sent = entry.Conversations.Count == 0 ? null : entry.Conversations.Sum(static c => c.Sent),
        Received = entry.Conversations.Count == 0 ? null : entry.Conversations.Sum(static c => c.Received),
        Waiting = entry.Conversations.Count == 0 ? null : entry.Conversations.Sum(static c => c.Queued),
    };
}
