using Bridge.Relay.Tests.Simulation;
using Bridge.Virtio;
using Microsoft.Extensions.Logging;

namespace Bridge.Relay.Tests.Kept;

/// <summary>A device whose process may be killed: all that it knows of its messages is in its rings. It completes in order.</summary>
internal sealed class KeptDevice : IDevicePort
{
    private readonly Random _random;
    private readonly HeapLifeStore _store;
    private readonly byte[] _message;
    private readonly Chain _chain = new();
    private readonly Queue<ushort> _held = new();
    private IDeviceRelay? _relay;
    private Window? _window;
    private DeviceQueue? _transmit, _receive;

    public KeptDevice(string name, Random random, HeapLifeStore store, int ring, int buffer, ulong feature, ILogger log)
    {
        (_random, _store, _message) = (random, store, new byte[buffer]);
        Offer = new DeviceOffer(DeviceTable.Rpmsg, 0x1af4, VirtioFeatures.Version1 | VirtioFeatures.EventIndex | 1UL | feature, 0, default, [ring, ring]);
        Recovered = KeptLife.Recover(store, RelaySide.Device, name, DeviceRelay.WindowBase, Options, log);
    }

    public DeviceOffer Offer { get; set; }

    public KeptLife? Recovered { get; }

    public byte[] Options => BitConverter.GetBytes(_message.Length);

    /// <summary>Chains are given back in any order: no successor can go on.</summary>
    public bool IsDisorderly { get; init; }

    public ulong Sent { get; private set; }

    public ulong Received { get; private set; }

    public ulong Allowed { get; set; }

    public string? Error { get; private set; }

    public KeptLife BeginLife(ulong windowSize, ulong records) => KeptLife.Begin(_store, records, DeviceRelay.WindowBase, windowSize, Options);

    public void Start(ulong features, Window window, IReadOnlyList<RingLayout> queues, IDeviceRelay relay) => Attach(features, window, queues, relay, default, default);

    public void Recover(ulong features, Window window, IReadOnlyList<RingLayout> queues, IDeviceRelay relay) =>
        Attach(features, window, queues, relay, RingIndices.Read(window, queues[0], littleEndian: true), RingIndices.Read(window, queues[1], littleEndian: true));

    public void Stop() => (_transmit, _receive, _window) = (null, null, null);

    public void OnAvailable(int queue)
    {
        // Pump looks at both rings.
    }

    public bool Pump()
    {
        if (_transmit is null || _receive is null)
            return false;
        while (_receive.TryTake(_chain))
        {
            Check();
            _held.Enqueue(_chain.Head);
        }

        while (_held.Count > 0 && _random.Next(4) > 0)
        {
            if (IsDisorderly && _held.Count > 1)
                _held.Enqueue(_held.Dequeue());
            _receive.Push(_held.Dequeue(), 0);
        }

        while (Sent < Allowed && _transmit.TryTake(_chain))
            Send();
        _transmit.ShouldNotify();
        _receive.ShouldNotify();
        return false;
    }

    private void Attach(ulong features, Window window, IReadOnlyList<RingLayout> queues, IDeviceRelay relay, RingIndices transmit, RingIndices receive)
    {
        var options = new RingOptions((features & VirtioFeatures.EventIndex) != 0);
        (_window, _relay) = (window, relay);
        // What was taken and not given back is there again.
        _transmit = new DeviceQueue(window, queues[0], options, transmit.Used, transmit.Used);
        _receive = new DeviceQueue(window, queues[1], options, receive.Used, receive.Used);
        (Sent, Received) = (transmit.Used, receive.Used);
        _held.Clear();
    }

    private void Check()
    {
        int length = 0;
        foreach (Segment segment in _chain.Readable)
        {
            _window!.GetSpan(segment.Address, segment.Length).CopyTo(_message.AsSpan(length));
            length += (int)segment.Length;
        }

        Error ??= NumberedMessage.Check(_message.AsSpan(0, length), (uint)_relay!.DriverLife, Received) is { } wrong ? $"device: {wrong}" : null;
        Received++;
    }

    private void Send()
    {
        Segment segment = _chain.Writable[0];
        int length = _random.Next(NumberedMessage.MinimumLength, (int)segment.Length + 1);
        NumberedMessage.Write(_window!.GetSpan(segment.Address, (uint)length), (uint)_relay!.DriverLife, Sent++);
        _transmit!.Push(_chain.Head, (uint)length);
    }
}
