using Bridge.Ports.Sockets;
using Bridge.Ports.Tests.VhostUser;
using Bridge.Relay;
using Microsoft.Extensions.Logging.Abstractions;

namespace Bridge.Ports.Tests.Sockets;

/// <summary>Sockets ports behind real relays (<c>v/</c> and <c>d/</c>) and a lane between them; the device side can be lost with all that it knew.</summary>
internal sealed class LostDeviceRig : IAsyncDisposable
{
    private readonly TemporaryDirectory _run = new();
    private readonly SocketsOptions _options;
    private readonly Turn _turn;
    private readonly DriverRelay _driverRelay;
    private SocketsDevicePort _device;
    private DeviceRelay _deviceRelay;
    private RelayPair? _pair;

    public LostDeviceRig(bool flow)
    {
        _options = new SocketsOptions { RunDirectory = _run.Path, Device = "v", Flow = flow };
        _turn = new Turn(() => _pair?.Step() ?? false);
        Driver = new SocketsDriverPort(_options, _turn.Run, NullLogger.Instance);
        _driverRelay = new DriverRelay("v", Driver, TimeProvider.System, NullLogger.Instance);
        (_device, _deviceRelay) = MakeDevice();
        _pair = new RelayPair(_driverRelay, _deviceRelay);
        Driver.Listen();
    }

    public SocketsDriverPort Driver { get; }

    public SocketsCounters Counters => Driver.ReadStatus().Counters;

    public Task Up() => _turn.Do(() => _pair!.Up());

    public Task Down() => _turn.Do(() => _pair!.Down());

    public Task Until(Func<bool> condition, [System.Runtime.CompilerServices.CallerArgumentExpression(nameof(condition))] string? what = null) => _turn.Until(condition, what);

    /// <summary>Connects as soon as the socket is there.</summary>
    public async Task<Application> Open(string name)
    {
        await _turn.Until(() => File.Exists(_run[name]), name);
        return Application.Connect(_run[name]);
    }

    /// <summary>Opens a service of the device side and waits until it waits: a message that comes earlier would find nobody.</summary>
    public async Task<Application> Serve(string name)
    {
        Application application = await Open($"d/services/{name}");
        await _turn.Until(() => _device.ReadStatus().Entries.Any(entry => entry.Name == name && entry.Conversations.Count == 1), $"{name} waits");
        return application;
    }

    /// <summary>The device side's machine is rebooted: another one, which knows nothing, is there when the lane comes up.</summary>
    public async Task LoseDevice()
    {
        SocketsDevicePort lost = _device;
        await _turn.Do(() =>
        {
            _pair = null;
            _deviceRelay.Dispose();
            lost.Close();
        });
        await lost.DisposeAsync();
        await _turn.Do(() =>
        {
            (_device, _deviceRelay) = MakeDevice();
            _pair = new RelayPair(_driverRelay, _deviceRelay);
        });
    }

    public async ValueTask DisposeAsync()
    {
        await _turn.Do(() =>
        {
            Driver.Close();
            _device.Close();
            // Nobody steps any more while memory goes; relays go before their ports.
            _pair = null;
            _deviceRelay.Dispose();
        });
        await Driver.DisposeAsync();
        await _device.DisposeAsync();
        _run.Dispose();
    }

    private (SocketsDevicePort Port, DeviceRelay Relay) MakeDevice()
    {
        SocketsDevicePort port = new(_options with { Device = "d", Services = [new ServiceOptions("echo", 1024)] }, _turn.Run, NullLogger.Instance);
        port.Listen();
        return (port, new DeviceRelay("d", port, new PoolOptions(), TimeProvider.System, NullLogger.Instance));
    }
}
