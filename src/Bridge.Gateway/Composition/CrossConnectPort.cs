using Bridge.Gateway.Configuration;
using Bridge.Gateway.Reports;
using Bridge.Ports.CrossConnect;
using Bridge.Ports.Sockets;
using Bridge.Relay;
using Bridge.Rpmsg;
using Bridge.Virtio;
using Microsoft.Extensions.Logging;

namespace Bridge.Gateway.Composition;

/// <summary>The driver of a front end of this machine and the driver behind the link, joined; and the device side in front of the link.</summary>
internal sealed class CrossConnectPort : LocalPort
{
    private readonly DeviceConfiguration _configuration;
    private readonly CrossConnectDevicePort _port;

    /// <exception cref="RunDirectoryException">The socket's directory cannot be made.</exception>
    public CrossConnectPort(DeviceConfiguration device, GatewayConfiguration gateway, Action wake, TimeProvider time, ILoggerFactory loggers)
    {
        _configuration = device;
        var options = new CrossConnectOptions
        {
            Device = device.Name,
            Rpmsg = new RpmsgOptions(device.Rpmsg.Buffers, device.Rpmsg.BufferSize),
            LocalDriver = FrontEndSocket.Prepare(device, gateway) with { Device = $"{device.Name}, local driver" },
        };
        _port = new CrossConnectDevicePort(options, wake, loggers.CreateLogger<CrossConnectDevicePort>(), time);
        Relay = new DeviceRelay(device.Name, _port, new PoolOptions(PlaceSize: device.Rpmsg.BufferSize), time, loggers.CreateLogger<DeviceHost>());
    }

    /// <inheritdoc/>
    public override Relay.Relay Relay { get; }

    /// <inheritdoc/>
    public override void Listen() => _port.Listen();

    /// <inheritdoc/>
    public override void Close() => _port.Close();

    /// <summary>The peer has yet to take what this machine's driver sent, and that its names are withdrawn. The rest are lent buffers.</summary>
    public override bool IsUnderWay(RelayStatus relay) =>
        relay.Live && relay.Queues.FirstOrDefault(static queue => queue.Index == 0) is { Fault: null } queue && queue.InFlight > (long)(queue.Posted - queue.Used);

    /// <inheritdoc/>
    public override LocalPortReport Read(RelayStatus relay)
    {
        CrossConnectStatus port = _port.ReadStatus();
        return new LocalPortReport(
            [.. Names(port.Remote, $"announced by the driver behind {_configuration.Link}"), .. Names(port.Local, "announced by the local driver")],
            DeviceCounters.Read(
                ("relay", relay.Counters), ("fromRemote", port.Remote.Counters), ("fromLocal", port.Local.Counters), ("localRelay", port.LocalRelay.Counters), ("port", port.FrontEnd.Counters)),
            Waits: $"waits for the driver behind {_configuration.Link}",
            HeldQueue: port.Remote.IsHeld ? 1 : null,
            HeldBy: port.Remote.IsHeld ? "buffers of the local driver" : null,
            MaximumMessage: new RpmsgOptions(_configuration.Rpmsg.Buffers, _configuration.Rpmsg.BufferSize).MaximumPayload,
            Socket: port.FrontEnd.SocketPath,
            LocalDriver: new LocalDriver(
                port.LocalRelay,
                port.LocalRelay.Status == DeviceStatus.None ? FrontEndSocket.Waits(port.FrontEnd) ?? "waits for its socket" : port.LocalRelay.Status.Describe(),
                HeldBy: port.Local.IsHeld ? $"buffers of the driver behind {_configuration.Link}" : null));
    }

    /// <inheritdoc/>
    public override ValueTask DisposeAsync() => _port.DisposeAsync();

    private IEnumerable<ChannelReport> Names(CrossConnectDriver driver, string state) => driver.Names.Select(name => new ChannelReport
    {
        Device = _configuration.Name,
        Name = name.Name,
        Kind = "name",
        State = state,
        Remote = name.Address,
    });
}
