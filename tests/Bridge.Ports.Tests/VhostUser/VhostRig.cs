using Bridge.Ports.Sockets;
using Bridge.Ports.Tests.Sockets;
using Bridge.Ports.VhostUser;
using Bridge.Relay;
using Bridge.Virtio;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Bridge.Ports.Tests.VhostUser;

/// <summary>A vhost-user driver port and a sockets device port (sockets in <c>d/</c>), with a real relay each and a lane between them.</summary>
internal sealed class VhostRig : IAsyncDisposable
{
    private readonly Turn _turn;
    private readonly TemporaryDirectory _run = new();
    private readonly RelayPair _pair;

    public VhostRig(TimeProvider? time = null, string[]? services = null, bool inBand = false, bool unsealed = false)
    {
        _turn = new Turn(Step);
        ILogger log = NullLogger.Instance;
        Port = new VhostUserDriverPort(new VhostUserOptions { Device = "v", SocketPath = _run["v.sock"], InBandNotifications = inBand, UnsealedMemory = unsealed }, _turn.Run, log, time);
        Device = new SocketsDevicePort(
            new SocketsOptions { Device = "d", RunDirectory = _run.Path, Services = [.. (services ?? []).Select(name => new ServiceOptions(name, null))] }, _turn.Run, log);
        DriverRelay = new DriverRelay("v", Port, TimeProvider.System, log);
        DeviceRelay = new DeviceRelay("d", Device, new PoolOptions(), TimeProvider.System, log);
        _pair = new RelayPair(DriverRelay, DeviceRelay);
    }

    public string SocketPath => _run["v.sock"];

    public VhostUserDriverPort Port { get; }

    public SocketsDevicePort Device { get; }

    public DriverRelay DriverRelay { get; }

    public DeviceRelay DeviceRelay { get; }

    /// <summary>Starts everything and waits until front ends can connect.</summary>
    public static Task<VhostRig> Start(TimeProvider? time = null, params string[] services) => Start(new VhostRig(time, services));

    public static async Task<VhostRig> Start(VhostRig rig)
    {
        rig.Port.Listen();
        rig.Device.Listen();
        await rig.Up();
        await rig.Until(() => File.Exists(rig.SocketPath));
        return rig;
    }

    public Task Up() => _turn.Do(_pair.Up);

    public Task Down() => _turn.Do(_pair.Down);

    public Task Do(Action action) => _turn.Do(action);

    public Task<T> Ask<T>(Func<T> question) => _turn.Ask(question);

    public Task Until(Func<bool> condition, [System.Runtime.CompilerServices.CallerArgumentExpression(nameof(condition))] string? what = null) => _turn.Until(condition, what);

    /// <summary>The life of the device that the remote side knows.</summary>
    public Task<uint> RemoteEpoch() => Ask(() => DeviceRelay.ReadStatus().Epoch);

    public Task UntilRunning() => Until(() => (DeviceRelay.Status & DeviceStatus.DriverOk) != 0);

    public Task<VhostUserStatus> Status() => Ask(Port.ReadStatus);

    public async Task<Application> Open(string name)
    {
        await Until(() => File.Exists(_run[name]), $"socket {name}");
        return Application.Connect(_run[name]);
    }

    public async ValueTask DisposeAsync()
    {
        Assert.Null(_turn.Failure);
        await Do(() =>
        {
            Port.Close();
            Device.Close();
        });
        await Port.DisposeAsync();
        await Device.DisposeAsync();
        DeviceRelay.Dispose();
        _run.Dispose();
    }

    private bool Step() => _pair.Step();
}
