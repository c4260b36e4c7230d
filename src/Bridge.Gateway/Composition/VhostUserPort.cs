using Bridge.Gateway.Configuration;
using Bridge.Linux;
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
        string path = device.Socket ?? throw new ArgumentException($"{device.Name} has no socket", nameof(device));
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new RunDirectoryException(RunDirectoryFault.Inaccessible, path, $"{path}: {failure.Message}", failure);
        }

        var options = new VhostUserOptions
        {
            Device = device.Name,
            SocketPath = path,
            Mode = gateway.SocketMode,
            InBandNotifications = device.InBandNotifications,
            UnsealedMemory = device.UnsealedMemory,
            Group = gateway.Group is { } group
                ? UserGroup.FindGroupOrNumber(group) ?? throw new RunDirectoryException(RunDirectoryFault.Inaccessible, path, $"{path}: there is no group {group}")
                : null,
        };
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
        string? waits = port switch
        {
            { IsListening: false } => null,
            { FrontEndProcess: { } process } => $"front end of process {process} is connected; waits for its driver",
            { LastFault: { } fault } => $"waits for a front end; the last one was disconnected: {fault}",
            _ => "waits for a front end",
        };
        return new LocalPortReport([], DeviceCounters.Read(("relay", relay.Counters), ("port", port.Counters)), waits, Socket: port.SocketPath);
    }

    /// <inheritdoc/>
    public override ValueTask DisposeAsync() => _port.DisposeAsync();
}
