using Bridge.Ports.Sockets;
using Bridge.Relay;
using Bridge.Virtio;
using Microsoft.Extensions.Logging.Abstractions;

namespace Bridge.Ports.Tests.Sockets;

/// <summary>A driver port (sockets in <c>v/</c>) facing a device that only notes what the driver calls. Nothing runs by itself.</summary>
internal sealed class ScriptedDevice : IDriverRelay, IAsyncDisposable
{
    private readonly TemporaryDirectory _run = new();

    public ScriptedDevice(bool addressService = false)
    {
        SocketsOptions options = new() { Device = "v", RunDirectory = _run.Path, AddressService = addressService };
        Port = new SocketsDriverPort(options, () => { }, NullLogger.Instance);
    }

    public SocketsDriverPort Port { get; }

    public List<string> Calls { get; } = [];

    public bool RefuseFeatures { get; set; }

    public RingLayout Queue0 { get; private set; }

    public Window? Window { get; private set; }

    public DeviceStatus Status { get; private set; }

    public static DeviceOffer Offer(ulong features, params int[] sizes) =>
        new(7, 0, features, 0, ReadOnlyMemory<byte>.Empty, sizes.Length == 0 ? [256, 256] : sizes);

    void IDriverRelay.Reset()
    {
        Calls.Add("reset");
        Status = DeviceStatus.None;
    }

    void IDriverRelay.SetStatus(DeviceStatus status)
    {
        Calls.Add($"status {(int)status}");
        Status = RefuseFeatures ? status & ~DeviceStatus.FeaturesOk : status;
    }

    void IDriverRelay.SetFeatures(ulong features) => Calls.Add($"features {features:x}");

    void IDriverRelay.SetQueue(int queue, Window window, RingLayout layout, ushort nextAvailable, ushort nextUsed)
    {
        Calls.Add($"queue {queue} {layout.Size}");
        Window = window;
        Queue0 = queue == 0 ? layout : Queue0;
    }

    RingIndices IDriverRelay.StopQueue(int queue) => throw new NotSupportedException();

    void IDriverRelay.StartQueue(int queue) => throw new NotSupportedException();

    void IDriverRelay.Answer(int queue, ReadOnlySpan<byte> bytes) => throw new NotSupportedException();

    void IDriverRelay.Tell(int queue, ReadOnlySpan<byte> bytes) => throw new NotSupportedException();

    bool IDriverRelay.MoveQueue(int queue, Window window, RingLayout layout) => throw new NotSupportedException();

    void IDriverRelay.OnAvailable(int queue) => Calls.Add($"available {queue}");

    public async ValueTask DisposeAsync()
    {
        await Port.DisposeAsync();
        _run.Dispose();
    }
}
