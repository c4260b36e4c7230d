using System.Security.Cryptography;
using Bridge.Gateway.Configuration;
using Bridge.Gateway.Reports;
using Bridge.Ports.Sockets;
using Bridge.Ports.Sockets.Access;
using Bridge.Relay;
using Bridge.Rpmsg;
using Microsoft.Extensions.Logging;

namespace Bridge.Gateway.Composition;

/// <summary>A device's channels and services as sockets, and the relay in front of them, for either side.</summary>
internal sealed class SocketsPort : LocalPort
{
    private readonly DeviceConfiguration _configuration;
    private readonly Func<SocketsStatus> _readPort;
    private readonly Action _listen, _close;
    private readonly Func<IReadOnlyList<ServiceOptions>, string?> _findConflict;
    private readonly Action<IReadOnlyList<ServiceOptions>> _setServices;
    private readonly Action<IReadOnlyList<AccessRule>> _setAccess;
    private readonly IAsyncDisposable _port;

    /// <summary>Takes the device's directory and makes its services' sockets.</summary>
    /// <param name="configuration">The device.</param>
    /// <param name="gateway">Directories and permissions.</param>
    /// <param name="store">Where descriptors outlive this process; null: nowhere.</param>
    /// <param name="wake">Runs the device's turn; called only after <see cref="Listen"/>.</param>
    /// <param name="time">For everything.</param>
    /// <param name="loggers">For everything.</param>
    /// <exception cref="RunDirectoryException">The device's directory cannot be used.</exception>
    public SocketsPort(DeviceConfiguration configuration, GatewayConfiguration gateway, IDescriptorStore? store, Action wake, TimeProvider time, ILoggerFactory loggers)
    {
        _configuration = configuration;
        ILogger portLog = loggers.CreateLogger<SocketsOptions>(), relayLog = loggers.CreateLogger<DeviceHost>();
        SocketsOptions options = Options(configuration, gateway);
        if (configuration.Side == DeviceSide.Virtio)
        {
            var port = new SocketsDriverPort(options, wake, portLog, time, store);
            Relay = new DriverRelay(configuration.Name, port, time, relayLog);
            (_readPort, _listen, _close, _port) = (port.ReadStatus, port.Listen, port.Close, port);
            (_findConflict, _setServices, _setAccess) = (port.FindServiceConflict, port.SetServices, port.SetAccess);
        }
        else
        {
            var port = new SocketsDevicePort(options, wake, portLog, time, store);
            Relay = new DeviceRelay(configuration.Name, port, new PoolOptions(PlaceSize: configuration.Rpmsg.BufferSize), time, relayLog);
            (_readPort, _listen, _close, _port) = (port.ReadStatus, port.Listen, port.Close, port);
            (_findConflict, _setServices, _setAccess) = (port.FindServiceConflict, port.SetServices, port.SetAccess);
        }
    }

    /// <inheritdoc/>
    public override Relay.Relay Relay { get; }

    /// <inheritdoc/>
    public override void Listen() => _listen();

    /// <inheritdoc/>
    public override void Close() => _close();

    /// <summary>There is a connection and the peer has not taken every message yet.</summary>
    public override bool IsUnderWay(RelayStatus relay)
    {
        int send = _configuration.Side == DeviceSide.Virtio ? 1 : 0;
        if (!relay.Live || relay.Queues.FirstOrDefault(queue => queue.Index == send) is not { Fault: null } queue)
            return false;
        // The driver's messages are chains that are not used yet; the device's are used ones that the driver side has not confirmed, while the rest are lent buffers.
        long lent = _configuration.Side == DeviceSide.Virtio ? 0 : (long)(queue.Posted - queue.Used);
        return queue.InFlight > lent;
    }

    /// <inheritdoc/>
    public override LocalPortReport Read(RelayStatus relay)
    {
        SocketsStatus port = _readPort();
        return new LocalPortReport(
            [.. port.Entries.Select(ChannelReport)],
            DeviceCounters.Read(("relay", relay.Counters), ("port", port.Counters), ("bus", port.Bus)),
            // Receiving is queue 0 for the driver and queue 1 for the device: that is the one that a reader can hold up.
            HeldQueue: _configuration.Side == DeviceSide.Virtio ? 0 : 1,
            HeldBy: port.Entries.FirstOrDefault(entry => entry.Conversations.Any(static c => c.HoldsDevice))?.Name,
            MaximumMessage: new RpmsgOptions(_configuration.Rpmsg.Buffers, _configuration.Rpmsg.BufferSize).MaximumPayload,
            Bus: port.Bus);
    }

    /// <inheritdoc/>
    public override string? FindServiceConflict(DeviceConfiguration wanted) => _findConflict(Services(wanted));

    /// <inheritdoc/>
    public override void SetServices(DeviceConfiguration wanted) => _setServices(Services(wanted));

    /// <inheritdoc/>
    public override void SetAccess(DeviceConfiguration wanted) => _setAccess(wanted.Access);

    /// <inheritdoc/>
    public override ValueTask DisposeAsync() => _port.DisposeAsync();

    private static SocketsOptions Options(DeviceConfiguration device, GatewayConfiguration gateway) => new()
    {
        Device = device.Name,
        RunDirectory = gateway.RunDirectory,
        Rpmsg = new RpmsgOptions(device.Rpmsg.Buffers, device.Rpmsg.BufferSize),
        Services = Services(device),
        Channels = device.Channels,
        Access = device.Access,
        TcpAddresses = device.Tcp,
        Mode = gateway.SocketMode,
        Group = gateway.Group,
        Quota = device.Rpmsg.Quota,
        OverQuota = device.Rpmsg.SlowReader,
        AddressService = device.Rpmsg.AddressService,
        Keeps = gateway.Keeps,
        FirstEndpoint = (uint)RandomNumberGenerator.GetInt32((int)RpmsgAddress.FirstDynamic, (int)RpmsgAddress.LastDynamic + 1),
    };

    private static ServiceOptions[] Services(DeviceConfiguration device) =>
        [.. device.Services.Select(service => new ServiceOptions(service.Name, service.Address) { Terms = service.Terms })];

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
