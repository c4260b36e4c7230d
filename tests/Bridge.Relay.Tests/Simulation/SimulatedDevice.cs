using Bridge.Virtio;

namespace Bridge.Relay.Tests.Simulation;

/// <summary>A device on the rings that its relay gives it: checks what vq1 brings, gives chains back out of order, sends numbered messages into vq0.</summary>
internal sealed class SimulatedDevice(Random random, int ringSize, int bufferSize) : IDevicePort
{
    private readonly Chain _chain = new();
    private readonly List<ushort> _held = [];
    private readonly byte[] _message = new byte[bufferSize];
    private Window? _window;
    private uint _life, _ownLife;
    private ulong _last;
    private DeviceQueue? _transmit, _receive;

    public DeviceOffer Offer { get; } = new(DeviceTable.Rpmsg, 0x1af4, VirtioFeatures.Version1 | VirtioFeatures.EventIndex | 1UL | SimulatedDriver.Patient, 0, default, [ringSize, ringSize]);

    /// <summary>Tells which life of the driver a start belongs to.</summary>
    public Func<uint> LifeOfDriver { get; set; } = () => 0;

    /// <summary>The life that its own messages name; null: the driver's.</summary>
    public Func<uint>? OwnLife { get; set; }

    /// <summary>Where a driver outlives the device: which of its messages some life of the device has got. What was not answered comes again, in order.</summary>
    public HashSet<ulong>? Seen { get; set; }

    /// <summary>Messages that came although an earlier life had got them.</summary>
    public long Repeated { get; private set; }

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
        _ownLife = OwnLife?.Invoke() ?? _life;
        _transmit = new DeviceQueue(window, queues[0], options);
        _receive = new DeviceQueue(window, queues[1], options);
        (Sent, Received, _last) = (0, 0, 0);
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

        ulong expected = Received;
        if (Seen is not null)
        {
            expected = NumberedMessage.Read(_message.AsSpan(0, length)).Number;
            if (Received > 0 && expected <= _last)
                Error ??= $"device: message {expected} after {_last}";
            _last = expected;
            if (!Seen.Add(expected))
                Repeated++;
        }

        Error ??= NumberedMessage.Check(_message.AsSpan(0, length), _life, expected) is { } wrong ? $"device: {wrong}" : null;
        Received++;
    }

    private void Send()
    {
        Segment segment = _chain.Writable[0];
        int length = random.Next(NumberedMessage.MinimumLength, (int)segment.Length + 1);
        NumberedMessage.Write(_window!.GetSpan(segment.Address, (uint)length), _ownLife, Sent++);
        _transmit!.Push(_chain.Head, (uint)length);
    }
}
