using Bridge.Virtio;

namespace Bridge.Relay.Tests.Simulation;

/// <summary>A driver on real rings of its own: vq0 lends buffers and checks what comes back, vq1 sends numbered messages in chains of any shape.</summary>
internal sealed class SimulatedDriver(Random random, int ringSize, int bufferSize, bool eventIndex) : IDriverPort, IDisposable
{
    /// <summary>The feature of ports that never wait for a completion.</summary>
    public const ulong Patient = 1UL << 56;

    private const ulong Base = 0x4000_0000;
    private readonly HeapMemory _memory = new((ulong)(2 * (ringSize * 64 + 65536) + 2 * ringSize * (bufferSize + 64)));
    private IDriverRelay? _relay;
    private Window? _window;
    private DriverQueue? _receive, _transmit;
    private Stack<int> _freeTransmit = new();
    private bool _resetting, _wantReset;
    private uint _deviceLife;

    /// <summary>Counts resets: part of every message, so that one of an older life is noticed.</summary>
    public uint Life { get; private set; }

    public ulong Sent { get; private set; }

    public ulong Received { get; private set; }

    public ulong TransmitUsed { get; private set; }

    public ulong Allowed { get; set; }

    /// <summary>Why the relay asked for a reset; null while it never did.</summary>
    public string? ForcedReset { get; private set; }

    public Action? OnLifeBegins { get; set; }

    /// <summary>It goes on whatever becomes of the device side; messages then name the life of the device, which begins to count anew in each.</summary>
    public bool KeepsDriver { get; init; }

    /// <summary>What it need not hear of at once may wait.</summary>
    public bool IsPatient { get; init; }

    /// <summary>Times that it heard of another device side.</summary>
    public int Replacements { get; private set; }

    public void OnDeviceReplaced() => Replacements++;

    public string? Error { get; private set; }

    public void OnOffer(DeviceOffer offer, IDriverRelay relay)
    {
        bool first = _relay is null;
        _relay = relay;
        if (first)
            BeginReset();
    }

    public void OnNeedsReset(string why)
    {
        ForcedReset = why;
        BeginReset();
    }

    /// <summary>Resets at the next pump, whatever is under way.</summary>
    public void Reset() => _wantReset = true;

    private void BeginReset()
    {
        (_resetting, _receive, _transmit) = (true, null, null);
        _relay!.Reset();
    }

    public void OnResetDone()
    {
        if (!_resetting)
            return;
        _resetting = false;
        Life++;
        OnLifeBegins?.Invoke();
        (Sent, Received, TransmitUsed) = (0, 0, 0);
        _relay!.SetStatus(DeviceStatus.Acknowledge);
        _relay.SetStatus(DeviceStatus.Acknowledge | DeviceStatus.Driver);
        ulong features = VirtioFeatures.Version1 | (eventIndex ? VirtioFeatures.EventIndex : 0) | (IsPatient ? Patient : 0);
        _relay.SetFeatures(features);
        _relay.SetStatus(DeviceStatus.Acknowledge | DeviceStatus.Driver | DeviceStatus.FeaturesOk);
        _window = new Window(new WindowRegion(Base, _memory));
        var options = new RingOptions(eventIndex);
        ulong ringLength = (RingLayout.PackedLength(ringSize) + 4095) & ~4095UL;
        RingLayout receive = RingLayout.Packed(Base, ringSize), transmit = RingLayout.Packed(Base + ringLength, ringSize);
        ushort start = (ushort)random.Next(65536);
        _receive = new DriverQueue(_window, receive, options, null, start);
        _transmit = new DriverQueue(_window, transmit, options, null, start);
        ulong buffers = Base + 2 * ringLength;
        for (int i = 0; i < ringSize; i++)
            _receive.TryAdd([], [new Segment(buffers + (ulong)(i * bufferSize), (uint)bufferSize)], i, out _);
        _freeTransmit = new Stack<int>(Enumerable.Range(0, ringSize / 2));
        _relay.SetQueue(0, _window, receive, start, start);
        _relay.SetQueue(1, _window, transmit, start, start);
        _relay.SetStatus(DeviceStatus.Acknowledge | DeviceStatus.Driver | DeviceStatus.FeaturesOk | DeviceStatus.DriverOk);
    }

    public void OnUsed(int queue)
    {
        // Pump looks at both rings.
    }

    public bool Pump()
    {
        if (_wantReset && _relay is not null && !_resetting)
        {
            _wantReset = false;
            BeginReset();
        }

        if (_receive is null || _transmit is null)
            return false;
        while (_receive.TryTakeUsed(out UsedElement used))
            Receive(used);
        while (_transmit.TryTakeUsed(out UsedElement used))
        {
            _freeTransmit.Push(used.Token);
            TransmitUsed++;
        }

        while (Sent < Allowed && _freeTransmit.Count > 0 && TrySend())
        {
        }

        _receive.ShouldNotify();
        _transmit.ShouldNotify();
        return false;
    }

    public void Dispose() => _memory.Dispose();

    private ulong BufferOf(int token) => Base + 2 * ((RingLayout.PackedLength(ringSize) + 4095) & ~4095UL) + (ulong)(token * bufferSize);

    private void Receive(in UsedElement used)
    {
        if (KeepsDriver && NumberedMessage.Read(_window!.GetSpan(BufferOf(used.Token), used.Length)).Life is var life && life > _deviceLife)
            (_deviceLife, Received) = (life, 0);
        Error ??= NumberedMessage.Check(_window!.GetSpan(BufferOf(used.Token), used.Length), KeepsDriver ? _deviceLife : Life, Received) is { } wrong ? $"driver: {wrong}" : null;
        Received++;
        _window!.GetSpan(BufferOf(used.Token), used.Length).Clear();
        _receive!.TryAdd([], [new Segment(BufferOf(used.Token), (uint)bufferSize)], used.Token, out _);
    }

    private bool TrySend()
    {
        int token = _freeTransmit.Peek();
        int length = random.Next(NumberedMessage.MinimumLength, bufferSize + 1);
        ulong address = BufferOf(ringSize + token);
        NumberedMessage.Write(_window!.GetSpan(address, (uint)length), Life, Sent);
        // Up to two readable segments, and now and then a writable one that the device does not use.
        int cut = random.Next(3) == 0 ? random.Next(0, length + 1) : 0;
        Segment[] readable = cut == 0 ? [new Segment(address, (uint)length)] : [new Segment(address, (uint)cut), new Segment(address + (ulong)cut, (uint)(length - cut))];
        if (!_transmit!.TryAdd(readable, [], token, out _))
            return false;
        _freeTransmit.Pop();
        Sent++;
        return true;
    }
}
