using Bridge.Gateway.Configuration;
using Bridge.Ports.VhostUser;
using Bridge.Relay;
using Microsoft.Extensions.Logging;

namespace Bridge.Gateway.Composition;

/// <summary>A vhost-user back end of this machine and the device side in front of it.</summary>
internal sealed class BackEndPort : LocalPort
{
    private readonly VhostUserDevicePort _port;
    private readonly DeviceRelay _relay;

    public BackEndPort(DeviceConfiguration device, Action wake, TimeProvider time, ILoggerFactory loggers)
    {
        var options = new VhostUserDeviceOptions
        {
            Device = device.Name,
            SocketPath = device.Socket ?? throw new ArgumentException($"{device.Name} has no socket", nameof(device)),
            DeviceId = (ushort)device.Type,
            Queues = device.Pool.Queues,
        };
        _port = new VhostUserDevicePort(options, wake, loggers.CreateLogger<VhostUserDevicePort>(), time);
        PoolOptions pool = new(device.Pool.PlacesOf(device.Type), device.Pool.PlaceSizeOf(device.Type));
        _relay = new DeviceRelay(device.Name, _port, pool, time, loggers.CreateLogger<DeviceHost>());
    }

    /// <inheritdoc/>
    public override Relay.Relay Relay => _relay;

    /// <inheritdoc/>
    public override void Listen() => _port.Listen();

    /// <inheritdoc/>
    public override void Close() => _port.Close();

    /// <summary>What the back end has is the driver's to wait for: it stays in the driver's window.</summary>
    public override bool IsUnderWay(RelayStatus relay) => false;

    /// <inheritdoc/>
    public override LocalPortReport Read(RelayStatus relay)
    {
        VhostUserDeviceStatus port = _port.ReadStatus();
        string? waits = port switch
        {
            { BackEndProcess: null, LastFault: { } fault } => $"waits for a back end; the last one was left: {fault}",
            { BackEndProcess: null } => "waits for a back end",
            _ => null,
        };
        return new LocalPortReport([], DeviceCounters.Read(("relay", relay.Counters), ("port", port.Counters)), waits, Socket: port.SocketPath);
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await _port.DisposeAsync();
        _relay.Dispose();
    }
}
