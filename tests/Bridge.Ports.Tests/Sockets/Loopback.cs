using Bridge.Ports.Sockets;
using Bridge.Relay;
using Bridge.Rpmsg;
using Bridge.Virtio;
using Microsoft.Extensions.Logging.Abstractions;

namespace Bridge.Ports.Tests.Sockets;

/// <summary>
/// A driver port and a device port joined ring to ring: the device works on the driver's own window. One turn for both. The virtio side's sockets lie in
/// <c>v/</c>, the device's in <c>d/</c>.
/// </summary>
internal sealed class Loopback : IDriverRelay, IDeviceRelay, IAsyncDisposable
{
    private readonly Dictionary<int, RingLayout> _queues = [];
    private readonly Turn _turn;
    private Window? _window;
    private ulong _features;
    private bool _offerDue = true;
    private bool _resetDue;
    private string? _needsResetDue;
    private bool _started;

    private Loopback(SocketsOptions driver, SocketsOptions device, TimeProvider? time)
    {
        _turn = new Turn(Step);
        Driver = new SocketsDriverPort(driver, _turn.Run, NullLogger.Instance, time);
        Device = new SocketsDevicePort(device, _turn.Run, NullLogger.Instance, time);
    }

    public TemporaryDirectory Run { get; private init; } = null!;

    public SocketsDriverPort Driver { get; }

    public SocketsDevicePort Device { get; }

    /// <summary>Every status that the driver wrote, resets as None.</summary>
    public List<DeviceStatus> Statuses { get; } = [];

    public DeviceStatus Status { get; private set; }

    /// <summary>Starts both and waits until the device is live.</summary>
    public static async Task<Loopback> Start(Func<SocketsOptions, SocketsOptions>? driver = null, Func<SocketsOptions, SocketsOptions>? device = null, TimeProvider? time = null)
    {
        TemporaryDirectory run = new();
        SocketsOptions common = new() { Device = "v", RunDirectory = run.Path };
        Loopback loopback = new((driver ?? Same)(common), (device ?? Same)(common with { Device = "d" }), time) { Run = run };
        loopback.Driver.Listen();
        loopback.Device.Listen();
        await loopback.Until(() => loopback.Driver.State == DriverState.Running && loopback._started);
        return loopback;

        static SocketsOptions Same(SocketsOptions options) => options;
    }

    public Task Do(Action action) => _turn.Do(action);

    public Task Until(Func<bool> condition, [System.Runtime.CompilerServices.CallerArgumentExpression(nameof(condition))] string? what = null) =>
        _turn.Until(condition, what);

    public Task<SocketsStatus> DriverStatus() => _turn.Ask(Driver.ReadStatus);

    public Task<SocketsStatus> DeviceStatus() => _turn.Ask(Device.ReadStatus);

    /// <summary>Waits for a socket and connects to it.</summary>
    public async Task<Application> Open(string name)
    {
        await Until(() => File.Exists(Run[name]), $"socket {name}");
        return Application.Connect(Run[name]);
    }

    /// <summary>An application offers a service on the device's side, another opens its channel on the driver's.</summary>
    public async Task<(Application Client, Application Server)> OpenPair(string service)
    {
        Application server = await Open($"d/services/{service}");
        Application client = await Open($"v/channels/{service}");
        // Both taken; where the flow service is spoken the service knows its peer before the first message.
        await Until(() => Conversation(Driver.ReadStatus(), "channels", service) is not null
            && Conversation(Device.ReadStatus(), "services", service) is { } offered
            && (offered.State == ConversationState.Open || (Device.ReadStatus().Features & RpmsgFeatures.Flow) == 0));
        return (client, server);

        static ConversationStatus? Conversation(SocketsStatus status, string directory, string file) =>
            status.Entries.FirstOrDefault(e => e.Path == Path.Combine(status.Directory, directory, file))?.Conversation;
    }

    void IDriverRelay.Reset()
    {
        if (_started)
        {
            Device.Stop();
        }

        Statuses.Add(Virtio.DeviceStatus.None);
        (_started, Status, _resetDue) = (false, Virtio.DeviceStatus.None, true);
    }

    void IDriverRelay.SetStatus(DeviceStatus status)
    {
        Statuses.Add(status);
        Status = status;
        if ((status & Virtio.DeviceStatus.DriverOk) != 0 && !_started)
        {
            _started = true;
            Device.Start(_features, _window!, [_queues[0], _queues[1]], this);
        }
    }

    void IDriverRelay.SetFeatures(ulong features) => _features = features;

    void IDriverRelay.SetQueue(int queue, Window window, RingLayout layout, ushort nextAvailable, ushort nextUsed) =>
        (_window, _queues[queue]) = (window, layout);

    RingIndices IDriverRelay.StopQueue(int queue) => throw new NotSupportedException();

    void IDriverRelay.StartQueue(int queue) => throw new NotSupportedException();

    void IDriverRelay.Answer(int queue, ReadOnlySpan<byte> bytes) => throw new NotSupportedException();

    void IDriverRelay.Tell(int queue, ReadOnlySpan<byte> bytes) => throw new NotSupportedException();

    bool IDriverRelay.MoveQueue(int queue, Window window, RingLayout layout) => throw new NotSupportedException();

    void IDriverRelay.OnAvailable(int queue)
    {
        if (_started)
        {
            Device.OnAvailable(queue);
        }
    }

    void IDeviceRelay.OnUsed(int queue) => Driver.OnUsed(queue);

    void IDeviceRelay.OnOfferChanged() => _offerDue = true;

    void IDeviceRelay.Suspend() => throw new NotSupportedException("a sockets port is never lost");

    void IDeviceRelay.Resume() => throw new NotSupportedException("a sockets port is never lost");

    void IDeviceRelay.Restart() => throw new NotSupportedException("a sockets port is never lost");

    void IDeviceRelay.NeedsReset(string why) => _needsResetDue = why;

    public async ValueTask DisposeAsync()
    {
        await _turn.Do(() =>
        {
            Driver.Close();
            Device.Close();
        });
        await Driver.DisposeAsync();
        await Device.DisposeAsync();
        Run.Dispose();
    }

    private bool Step()
    {
        if (_offerDue)
        {
            _offerDue = false;
            Driver.OnOffer(Device.Offer, this);
        }

        if (_needsResetDue is { } why)
        {
            _needsResetDue = null;
            Driver.OnNeedsReset(why);
        }

        if (_resetDue)
        {
            _resetDue = false;
            Driver.OnResetDone();
        }

        return Driver.Pump() | Device.Pump();
    }
}
