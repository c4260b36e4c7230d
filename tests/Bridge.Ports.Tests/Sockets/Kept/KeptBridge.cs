using System.Diagnostics;
using Bridge.Link;
using Bridge.Linux;
using Bridge.Ports.Sockets;
using Bridge.Ports.Tests.VhostUser;
using Microsoft.Extensions.Logging;

namespace Bridge.Ports.Tests.Sockets.Kept;

/// <summary>Two gateways and the lane between them, in the test's own thread. A gateway that dies takes the connection with it.</summary>
internal sealed class KeptBridge : IAsyncDisposable
{
    // Two busy cores are shared with other tests.
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    private readonly TemporaryDirectory _directory = new();
    private readonly SemaphoreSlim _woken = new(0);
    private LaneOutput? _fromDriver, _fromDevice;
    private FrameParser _toDriver = new(), _toDevice = new();
    private uint _connection;

    private KeptBridge(ILogger log, bool stores, Func<SocketsOptions, SocketsOptions> change)
    {
        SocketsOptions common = change(new SocketsOptions { Device = "v", RunDirectory = _directory.Path, Keeps = true, Rpmsg = new Rpmsg.RpmsgOptions(BufferCount: 16) });
        Driver = new KeptGateway(common, isDriver: true, stores, () => _woken.Release(), log);
        Device = new KeptGateway(common with { Device = "d", Services = [new ServiceOptions("echo")] }, isDriver: false, stores, () => _woken.Release(), log);
    }

    public KeptGateway Driver { get; }

    public KeptGateway Device { get; }

    /// <summary>Connections so far.</summary>
    public uint Connections => _connection;

    public static async Task<KeptBridge> Start(ILogger log, bool stores = true, Func<SocketsOptions, SocketsOptions>? change = null)
    {
        KeptBridge bridge = new(log, stores, change ?? (static options => options));
        await bridge.Driver.MakeAsync();
        await bridge.Device.MakeAsync();
        return bridge;
    }

    public string Path(string name) => _directory[name];

    public async Task Until(Func<bool> condition, [System.Runtime.CompilerServices.CallerArgumentExpression(nameof(condition))] string? what = null)
    {
        long begin = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (!await StepAsync())
            {
                await _woken.WaitAsync(TimeSpan.FromMilliseconds(1));
            }

            Assert.True(Stopwatch.GetElapsedTime(begin) < s_patience, $"never came true: {what}");
        }
    }

    public async Task<SeqPacketSocket> Open(string name)
    {
        SeqPacketSocket? socket = null;
        await Until(() => (socket = PacketSockets.TryConnect(Path(name))) is not null, name);
        return socket!;
    }

    /// <summary>The connection is lost.</summary>
    public void Cut()
    {
        if (_fromDriver is not null)
        {
            (_fromDriver, _fromDevice) = (null, null);
            Driver.Relay.LaneDown();
            Device.Relay.LaneDown();
        }
    }

    /// <summary>A gateway is made anew over what it left.</summary>
    public async Task ReviveAsync(KeptGateway gateway)
    {
        // The other one notices.
        (_fromDriver, _fromDevice) = (null, null);
        (ReferenceEquals(gateway, Driver) ? Device : Driver).Relay.LaneDown();
        await gateway.MakeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Driver.DisposeAsync();
        await Device.DisposeAsync();
        _directory.Dispose();
        _woken.Dispose();
    }

    private async Task<bool> StepAsync()
    {
        if (_fromDriver is null)
        {
            _connection++;
            (_fromDriver, _fromDevice) = (new LaneOutput(1, _connection), new LaneOutput(1, _connection));
            (_toDriver, _toDevice) = (new FrameParser(), new FrameParser());
            _toDriver.Join(_connection, 1);
            _toDevice.Join(_connection, 1);
            Driver.Relay.LaneUp(_fromDriver);
            Device.Relay.LaneUp(_fromDevice!);
        }

        bool more = false;
        foreach (KeptGateway gateway in new[] { Driver, Device })
        {
            bool isDriver = ReferenceEquals(gateway, Driver);
            bool lived = await gateway.LiveAsync(() =>
            {
                more |= RelayPair.Move(isDriver ? _fromDevice : _fromDriver, isDriver ? _toDriver : _toDevice, gateway.Relay);
                more |= gateway.Relay.Pump();
            });
            if (!lived)
            {
                await ReviveAsync(gateway);
                return true;
            }
        }

        return more;
    }
}
