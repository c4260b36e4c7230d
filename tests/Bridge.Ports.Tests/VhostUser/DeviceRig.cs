using Bridge.Ports.Tests.Sockets;
using Bridge.Ports.VhostUser;
using Bridge.Relay;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Bridge.Ports.Tests.VhostUser;

/// <summary>A block driver, a real pair of relays and a vhost-user device port that looks for a back end on <c>b.sock</c>.</summary>
internal sealed class DeviceRig : IAsyncDisposable
{
    private readonly Turn _turn;
    private readonly TemporaryDirectory _run = new();
    private readonly RelayPair _pair;

    private DeviceRig(Func<VhostUserDeviceOptions, VhostUserDeviceOptions>? options)
    {
        _turn = new Turn(() => _pair!.Step());
        ILogger log = NullLogger.Instance;
        var own = new VhostUserDeviceOptions
        {
            Device = "b",
            SocketPath = SocketPath,
            DeviceId = DeviceTable.Block,
            QueueSize = 64,
            RetryInterval = TimeSpan.FromMilliseconds(1),
        };
        Port = new VhostUserDevicePort(options?.Invoke(own) ?? own, _turn.Run, log);
        DriverRelay = new DriverRelay("d", Driver, TimeProvider.System, log);
        DeviceRelay = new DeviceRelay("b", Port, new PoolOptions(PlaceSize: 0x2000), TimeProvider.System, log);
        _pair = new RelayPair(DriverRelay, DeviceRelay);
    }

    public string SocketPath => _run["b.sock"];

    public BlockDriver Driver { get; } = new();

    public VhostUserDevicePort Port { get; }

    public DriverRelay DriverRelay { get; }

    public DeviceRelay DeviceRelay { get; }

    public byte[] Disk { get; } = new byte[64 * 512];

    public static async Task<DeviceRig> Start(Func<VhostUserDeviceOptions, VhostUserDeviceOptions>? options = null)
    {
        var rig = new DeviceRig(options);
        rig.Port.Listen();
        await rig.Up();
        return rig;
    }

    public Task Up() => _turn.Do(_pair.Up);

    public Task Down() => _turn.Do(_pair.Down);

    public Task Do(Action action) => _turn.Do(action);

    public Task<T> Ask<T>(Func<T> question) => _turn.Ask(question);

    public Task Until(Func<bool> condition, [System.Runtime.CompilerServices.CallerArgumentExpression(nameof(condition))] string? what = null) => _turn.Until(condition, what);

    public Task UntilRunning() => Until(() => Port.ReadStatus().IsRunning);

    /// <summary>Submits and then runs the turn once more, so that it is captured.</summary>
    public async Task<int> Submit(uint type, ulong sector, byte[]? data = null, int readLength = 0)
    {
        int token = await Ask(() => Driver.Submit(type, sector, data, readLength));
        _turn.Run();
        return token;
    }

    /// <summary>Waits until a back end says so; it runs on its own thread, so the turn is asked to look again and again.</summary>
    public static Task UntilBackEnd(ScriptedBackEnd backEnd, Func<ScriptedBackEnd, bool> condition, [System.Runtime.CompilerServices.CallerArgumentExpression(nameof(condition))] string? what = null) =>
        Task.Run(() =>
        {
            long began = TimeProvider.System.GetTimestamp();
            while (!backEnd.Look(condition))
            {
                Assert.True(TimeProvider.System.GetElapsedTime(began) < Patience.Time, $"never came true: {what}; {backEnd.Failure}");
                Thread.Yield();
            }
        });

    public static byte[] Sector(byte value) => [.. Enumerable.Repeat(value, 512)];

    public async ValueTask DisposeAsync()
    {
        await Do(Port.Close);
        await Port.DisposeAsync();
        DeviceRelay.Dispose();
        Driver.Dispose();
        _run.Dispose();
    }
}
