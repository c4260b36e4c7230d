using Bridge.Gateway.Configuration;
using Bridge.Ports.Sockets;
using Bridge.Ports.VhostUser;
using Bridge.Relay;
using Microsoft.Extensions.Logging;

namespace Bridge.Gateway.Composition;

/// <summary>A vhost-user socket and the driver side in front of it.</summary>
internal sealed class VhostUserPort : LocalPort
{
    private readonly VhostUserDriverPort _port;

    /// <exception cref="RunDirectoryException">The socket's directory cannot be made.</exception>
    public VhostUserPort(DeviceConfiguration device, GatewayConfiguration gateway, Action wake, TimeProvider time, ILoggerFactory loggers)
    {
        VhostUserOptions options = FrontEndSocket.Prepare(device, gateway);
        _port = new VhostUserDriverPort(options, wake, loggers.CreateLogger<VhostUserDriverPort>(), time);
        Relay = new DriverRelay(device.Name, _port, time, loggers.CreateLogger<DeviceHost>());
    }

    /// <inheritdoc/>
    public override Relay.Relay Relay { get; }

    /// <inheritdoc/>
    public override void Listen() => _port.Listen();

    /// <inheritdoc/>
    public override void Close() => _port.Close();

    /// <summary>Its driver's life ends with its connection: nothing of it is worth waiting for.</summary>
    public override bool IsUnderWay(RelayStatus relay) => false;

    /// <inheritdoc/>
    public override LocalPortReport Read(RelayStatus relay)
    {
        VhostUserStatus port = _port.ReadStatus();
        return new LocalPortReport([], DeviceCounters.Read(("relay", relay.Counters), ("port", port.Counters)), FrontEndSocket.Waits(port), Socket: port.SocketPath);
    }

    /// <inheritdoc/>
    public override ValueTask DisposeAsync() => _port.DisposeAsync();
}
