using Bridge.Virtio;

namespace Bridge.Relay.Tests.Simulation;

/// <summary>A device on the rings that its relay gives it: checks what vq1 brings, gives chains back out of order, sends numbered messages into vq0.</summary>
internal sealed class SimulatedDevice(Random random, int ringSize, int bufferSize) : IDevicePort
{
    private readonly Chain _chain = new();
    private readonly List<ushort> _held = [];
    private readonly byte[] _message = new byte[bufferSize];
    private Window? _window;
    private uint _life;
    private DeviceQueue? _transmit, _receive;

    public DeviceOffer Offer { get; } = new(DeviceTable.Rpmsg, 0x1af4, VirtioFeatures.Version1 | VirtioFeatures.EventIndex | 1UL, 0, default, [ringSize, ringSize]);

    /// <summary>Tells which life of the driver a start belongs to.</summary>
    public Func<uint> LifeOfDriver { get; set; } = () => 0;

    public ulong Sent { get; private set; }

    public ulong Received { get; private set; }

    public ulong Allowed { get; set; }

    public bool Lazy { get; set; }

    public string? Error { get; private set; }

    public void Start(ulong features, Window window, IReadOnlyList<RingLayout> queues, IDeviceRelay relay)
    {
        var options = new RingOptions((features & VirtioFeatures.EventIndex) != 0);
        _window = window;
        _life = LifeOfDriver();
        _transmit = new DeviceQueue(window, queues[0], options);
        _receive = new DeviceQueue(window, queues[1], options);
        (Sent, Received) = (0, 0);
        _held.Clear();
    }

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
            _held.Add(_chain.Head);
        }

        // Chains go back in any order, some later.
        while (_held.Count > 0 && (!Lazy || random.Next(3) > 0))
        {
            int i = random.Next(_held.Count);
            _receive.Push(_held[i], 0);
            _held.RemoveAt(i);
        }

        while (Sent < Allowed && _transmit.TryTake(_chain))
            Send();
        _transmit.ShouldNotify();
        _receive.ShouldNotify();
        return false;
    }

    private void Check()
    {
        int length = 0;
        foreach (Segment segment in _chain.Readable)
        {
            _window!.GetSpan(segment.Address, segment.Length).CopyTo(_message.AsSpan(length));
            length += (int)segment.Length;
        }

        Error ??= NumberedMessage.Check(_message.AsSpan(0, length), _life, Received) is { } wrong ? $"device: {wrong}" : null;
        Received++;
    }

    private void Send()
    {
        Segment segment = _chain.Writable[0];
        int length = random.Next(NumberedMessage.MinimumLength, (int)segment.Length + 1);
        NumberedMessage.Write(_window!.GetSpan(segment.Address, (uint)length), _life, Sent++);
        _transmit!.Push(_chain.Head, (uint)length);
    }
}
