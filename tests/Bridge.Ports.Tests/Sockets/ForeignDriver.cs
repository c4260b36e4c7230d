using System.Text;
using Bridge.Ports.Sockets;
using Bridge.Relay;
using Bridge.Rpmsg;
using Bridge.Virtio;
using Microsoft.Extensions.Logging.Abstractions;

namespace Bridge.Ports.Tests.Sockets;

/// <summary>A device port (sockets in <c>d/</c>) facing a driver that says what the test wants, above all what no honest one would.</summary>
internal sealed class ForeignDriver : IRpmsgHandler, IDeviceRelay, IAsyncDisposable
{
    private readonly Turn _turn;
    private readonly HeapMemory _memory;
    private readonly Window _window;
    private readonly RpmsgOptions _options = new();
    private readonly ulong _features;
    private RpmsgDriverRings? _rings;
    private bool _started;

    private ForeignDriver(TemporaryDirectory run, SocketsOptions options, ulong features)
    {
        Run = run;
        _features = features;
        _turn = new Turn(Step);
        _memory = new HeapMemory(RpmsgDriverRings.RequiredMemory(_options));
        _window = new Window(new WindowRegion(0x10000, _memory));
        Bus = new RpmsgBus(_options, this);
        Device = new SocketsDevicePort(options, _turn.Run, NullLogger.Instance);
    }

    public TemporaryDirectory Run { get; }

    public SocketsDevicePort Device { get; }

    public RpmsgBus Bus { get; }

    public RpmsgDriverRings Rings => _rings!;

    public Window Window => _window;

    /// <summary>Messages for our endpoints: source, destination, payload.</summary>
    public List<(uint Source, uint Destination, byte[] Payload)> Messages { get; } = [];

    public List<FlowMessage> Flow { get; } = [];

    public List<(string Name, uint Address)> Announced { get; } = [];

    public string? NeededReset { get; private set; }

    public static async Task<ForeignDriver> Start(bool flow, Func<SocketsOptions, SocketsOptions>? options = null, ulong extra = 0)
    {
        TemporaryDirectory run = new();
        SocketsOptions device = new() { Device = "d", RunDirectory = run.Path };
        ForeignDriver driver = new(
            run,
            options is null ? device : options(device),
            VirtioFeatures.Version1 | RpmsgFeatures.NameService | (flow ? RpmsgFeatures.Flow : 0) | extra);
        driver.Device.Listen();
        await driver.Do(driver.StartLife);
        return driver;
    }

    public void StartLife()
    {
        _rings = new RpmsgDriverRings(_window, 0x10000, _options, _features);
        _started = true;
        Device.Start(_features, _window, [_rings.Receive, _rings.Transmit], this);
        Bus.Attach(_rings, _features);
    }

    public void EndLife()
    {
        _started = false;
        Bus.Detach();
        Device.Stop();
    }

    public Task Do(Action action) => _turn.Do(action);

    public Task Until(Func<bool> condition, [System.Runtime.CompilerServices.CallerArgumentExpression(nameof(condition))] string? what = null) =>
        _turn.Until(condition, what);

    public Task<SocketsStatus> Status() => _turn.Ask(Device.ReadStatus);

    /// <summary>Announces (or withdraws) any bytes as a name, 32 of them, as nobody checks.</summary>
    public Task Announce(byte[] name, uint address, bool destroy = false) => Send(address, RpmsgAddress.NameService, NameService(name, address, destroy));

    public Task Announce(string name, uint address, bool destroy = false) => Announce(Encoding.Latin1.GetBytes(name), address, destroy);

    public Task SendFlow(FlowKind kind, uint source, uint destination, uint value)
    {
        byte[] payload = new byte[FlowMessage.Size];
        new FlowMessage(kind, source, destination, value).Write(payload);
        return Send(source, RpmsgAddress.Flow, payload);
    }

    public async Task Send(uint source, uint destination, byte[] payload)
    {
        bool sent = false;
        await Until(() => sent = sent || Bus.TrySend(source, destination, payload), $"message to {destination} sent");
        // Sent behind the step that looked whether it can be: the doorbells are rung in the next.
        _turn.Run();
    }

    public async Task<Application> Open(string name)
    {
        await Until(() => File.Exists(Run[name]), $"socket {name}");
        return Application.Connect(Run[name]);
    }

    public void ForgetReset() => NeededReset = null;

    void IRpmsgHandler.OnAnnounced(string name, uint address) => Announced.Add((name, address));

    void IRpmsgHandler.OnWithdrawn(string name, uint address) => Announced.Remove((name, address));

    bool IRpmsgHandler.OnMessage(RpmsgEndpoint endpoint, uint source, ReadOnlySpan<byte> payload)
    {
        Messages.Add((source, endpoint.Address, payload.ToArray()));
        return true;
    }

    void IRpmsgHandler.OnFlow(in FlowMessage message) => Flow.Add(message);

    bool IRpmsgHandler.OnAssigned(RpmsgEndpoint endpoint, uint destination) => throw new NotSupportedException("a driver is never assigned a destination");

    void IRpmsgHandler.OnFreed(RpmsgEndpoint endpoint, uint destination) => throw new NotSupportedException("a driver is never assigned a destination");

    void IDeviceRelay.OnUsed(int queue) => _turn.Run();

    void IDeviceRelay.OnOfferChanged()
    {
    }

    void IDeviceRelay.Suspend() => throw new NotSupportedException("a sockets port is never lost");

    void IDeviceRelay.Resume() => throw new NotSupportedException("a sockets port is never lost");

    void IDeviceRelay.Restart() => throw new NotSupportedException("a sockets port is never lost");

    void IDeviceRelay.NeedsReset(string why) => NeededReset = why;

    public async ValueTask DisposeAsync()
    {
        await Do(Device.Close);
        await Device.DisposeAsync();
        Run.Dispose();
        _memory.Dispose();
    }

    private static byte[] NameService(byte[] name, uint address, bool destroy)
    {
        byte[] payload = new byte[NameServiceMessage.Size];
        name.CopyTo(payload, 0);
        BitConverter.TryWriteBytes(payload.AsSpan(32), address);
        payload[36] = destroy ? (byte)1 : (byte)0;
        return payload;
    }

    private bool Step()
    {
        bool more = Device.Pump();
        if (_started && NeededReset is null)
        {
            more |= Bus.Pump(64);
            int queues = _rings!.TakeNotifications();
            for (int queue = 0; queue < 2; queue++)
            {
                if ((queues & (1 << queue)) != 0)
                {
                    Device.OnAvailable(queue);
                }
            }

            more |= Bus.Arm();
        }

        return more;
    }
}
