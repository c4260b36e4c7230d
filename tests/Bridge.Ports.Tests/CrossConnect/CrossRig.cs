using Bridge.Ports.CrossConnect;
using Bridge.Ports.Sockets;
using Bridge.Ports.Tests.Sockets;
using Bridge.Ports.Tests.VhostUser;
using Bridge.Ports.VhostUser;
using Bridge.Relay;
using Bridge.Rpmsg;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Bridge.Ports.Tests.CrossConnect;

/// <summary>The whole port: a front end at its socket (<c>x.sock</c>), and behind a lane that can be cut a sockets driver port (sockets in <c>v/</c>).</summary>
internal sealed class CrossRig : IAsyncDisposable
{
    private readonly Turn _turn;
    private readonly TemporaryDirectory _run = new();
    private readonly RelayPair _pair;
    private readonly SocketsDriverPort _driver;
    private readonly DeviceRelay _device;

    private CrossRig()
    {
        _turn = new Turn(() => _pair!.Step());
        ILogger log = NullLogger.Instance;
        _driver = new SocketsDriverPort(new SocketsOptions { Device = "v", RunDirectory = _run.Path, Services = [new ServiceOptions("offered", null)] }, _turn.Run, log);
        Port = new CrossConnectDevicePort(
            new CrossConnectOptions { Device = "x", Rpmsg = new RpmsgOptions(), LocalDriver = new VhostUserOptions { Device = "x, local", SocketPath = SocketPath } }, _turn.Run, log);
        _device = new DeviceRelay("x", Port, new PoolOptions(), TimeProvider.System, log);
        _pair = new RelayPair(new DriverRelay("v", _driver, TimeProvider.System, log), _device);
    }

    public string SocketPath => _run["x.sock"];

    public CrossConnectDevicePort Port { get; }

    /// <summary>Everything listens; the lane is down.</summary>
    public static async Task<CrossRig> Start()
    {
        CrossRig rig = new();
        rig._driver.Listen();
        rig.Port.Listen();
        await rig.Until(() => File.Exists(rig.SocketPath));
        return rig;
    }

    public Task Up() => _turn.Do(_pair.Up);

    public Task Down() => _turn.Do(_pair.Down);

    public Task Do(Action action) => _turn.Do(action);

    public Task Until(Func<bool> condition, [System.Runtime.CompilerServices.CallerArgumentExpression(nameof(condition))] string? what = null) => _turn.Until(condition, what);

    public Task<CrossConnectStatus> Status() => _turn.Ask(Port.ReadStatus);

    public Task UntilRunning(bool remote, bool local) => Until(() => Port.ReadStatus() is var status && status.Remote.IsRunning == remote && status.Local.IsRunning == local);

    public async Task<Application> Open(string name)
    {
        await Until(() => File.Exists(_run[name]), $"socket {name}");
        return Application.Connect(_run[name]);
    }

    public bool Has(string name) => File.Exists(_run[name]);

    public async ValueTask DisposeAsync()
    {
        Assert.Null(_turn.Failure);
        await Do(() =>
        {
            Port.Close();
            _driver.Close();
        });
        await Port.DisposeAsync();
        await _driver.DisposeAsync();
        _device.Dispose();
        _run.Dispose();
    }
}
