using Bridge.Gateway.Configuration;
using Bridge.Ports.Sockets;
using Microsoft.Extensions.Logging;

namespace Bridge.Gateway.Composition;

/// <summary>Makes the port that a device's configuration names.</summary>
internal static class LocalPorts
{
    /// <param name="configuration">The device.</param>
    /// <param name="gateway">Directories and permissions.</param>
    /// <param name="store">Where descriptors outlive this process; null: nowhere. For ports with sockets of applications; a cross-connect keeps nothing.</param>
    /// <param name="wake">Runs the device's turn; called only after <see cref="LocalPort.Listen"/>.</param>
    /// <param name="time">For everything.</param>
    /// <param name="loggers">For everything.</param>
    /// <exception cref="RunDirectoryException">The device's directory cannot be used.</exception>
    public static LocalPort Make(DeviceConfiguration configuration, GatewayConfiguration gateway, IDescriptorStore? store, Action wake, TimeProvider time, ILoggerFactory loggers) =>
        configuration.Port switch
        {
            PortChoice.VhostUser when configuration.Side == DeviceSide.Vhost => new BackEndPort(configuration, wake, time, loggers),
            PortChoice.VhostUser => new VhostUserPort(configuration, gateway, wake, time, loggers),
            PortChoice.CrossConnect => new CrossConnectPort(configuration, gateway, wake, time, loggers),
            _ => new SocketsPort(configuration, gateway, store, wake, time, loggers),
        };
}
