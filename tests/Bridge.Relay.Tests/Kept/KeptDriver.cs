using Bridge.Relay.Tests.Simulation;
using Bridge.Virtio;
using Microsoft.Extensions.Logging;

namespace Bridge.Relay.Tests.Kept;

/// <summary>
/// A driver whose process may be killed: all that it knows of its messages is in its rings. A buffer that is lent again says that its message was dealt with; a message that was sent is
/// in the available ring.
/// </summary>
internal sealed class KeptDriver : IDriverPort
{
    private const ulong Base = 0x1_0000;
    private const DeviceStatus Accepted = DeviceStatus.Acknowledge | DeviceStatus.Driver | DeviceStatus.FeaturesOk;

    private readonly Random _random;
    private readonly HeapLifeStore _store;
    private readonly int _ring, _buffer;
    private readonly RingOptions _options;
    private IDriverRelay? _relay;
    private KeptLife? _life;
    private DriverQueue? _receive, _transmit;
    private Stack<int> _free = new();
    private bool _resetting;

    public KeptDriver(string name, Random random, HeapLifeStore store, int ring, int buffer, bool eventIndex, ILogger log)
    {
        (_random, _store, _ring, _buffer, _options) = (random, store, ring, buffer, new RingOptions(eventIndex));
        Recovered = KeptLife.Recover(store, RelaySide.Driver, name, Base, Options, log);
    }

    public KeptLife? Recovered { get; }

    /// <summary>Whatever of it a successor must find the same.</summary>
    public byte[] Options => [.. BitConverter.GetBytes(_ring), .. BitConverter.GetBytes(_buffer), .. BitConverter.GetBytes(_options.EventIndex)];

    public ulong Sent { get; private set; }

    public ulong Received { get; private set; }

    public ulong Allowed { get; set; }

    /// <summary>All messages of this life have been given back.</summary>
    public bool IsQuiet => _transmit?.InFlight == 0;

    /// <summary>Why the relay asked for a reset; null while it never did.</summary>
    public string? ForcedReset { get; private set; }

    public string? Error { get; private set; }

    private RingLayout Receive => RingLayout.Packed(Base, _ring);

    private RingLayout Transmit => RingLayout.Packed(Base + RingRoom, _ring);

    private ulong RingRoom => (RingLayout.PackedLength(_ring) + 63) & ~63UL;

    private ulong Stride => ((ulong)_buffer + 63) & ~63UL;

    private ulong Size => (2 * RingRoom) + (2 * (ulong)_ring * Stride);

    /// <summary>What ended a life before this one is of no interest any more.</summary>
    public void ForgetReset() => ForcedReset = null;

    public void OnOffer(DeviceOffer offer, IDriverRelay relay)
    {
        bool first = _relay is null;
        _relay = relay;
        if (first)
            BeginReset();
    }

    public void OnRecovered(DeviceOffer offer, IDriverRelay relay)
    {
        (_relay, _life) = (relay, Recovered);
        Window window = _life!.Window;
        RingIndices receive = RingIndices.Read(window, Receive, littleEndian: true), transmit = RingIndices.Read(window, Transmit, littleEndian: true);
        // Every buffer was lent at the start: what is more was received, dealt with and lent again.
        (Received, Sent) = ((ulong)(receive.Available - _ring), transmit.Available);
        _receive = DriverQueue.Recover(window, Receive, _options, [.. Enumerable.Range(0, _ring).Select(i => (ushort)i)], (ushort)Received, TokenOf);
        ushort[] outstanding = [.. relay.ReadOutstanding(1)];
        var taken = new HashSet<int>();
        _transmit = DriverQueue.Recover(window, Transmit, _options, outstanding, transmit.Used, address =>
        {
            int token = TokenOf(address) - _ring;
            Assert.True(taken.Add(token));
            return token;
        });
        _free = new Stack<int>(Enumerable.Range(0, _ring / 2).Where(token => !taken.Contains(token)));
    }

    public void OnNeedsReset(string why)
    {
        ForcedReset = why;
        BeginReset();
    }

    public void OnResetDone()
    {
        if (!_resetting)
            return;
        _resetting = false;
        (Sent, Received) = (0, 0);
        _relay!.SetStatus(DeviceStatus.Acknowledge);
        _relay.SetStatus(DeviceStatus.Acknowledge | DeviceStatus.Driver);
        _relay.SetFeatures(VirtioFeatures.Version1 | (_options.EventIndex ? VirtioFeatures.EventIndex : 0));
        _relay.SetStatus(Accepted);
        _life?.Dispose();
        _life = KeptLife.Begin(_store, KeptLife.DriverRecords(_ring, _ring), Base, Size, Options);
        _receive = new DriverQueue(_life.Window, Receive, _options);
        _transmit = new DriverQueue(_life.Window, Transmit, _options);
        for (int i = 0; i < _ring; i++)
            _receive.TryAdd([], [new Segment(BufferOf(i), (uint)_buffer)], i, out _);
        _free = new Stack<int>(Enumerable.Range(0, _ring / 2));
        _relay.SetQueue(0, _life.Window, Receive);
        _relay.SetQueue(1, _life.Window, Transmit);
        _relay.KeepLife(_life);
        _relay.SetStatus(Accepted | DeviceStatus.DriverOk);
    }

    public void OnUsed(int queue)
    {
        // Pump looks at both rings.
    }

    public bool Pump()
    {
        if (_receive is null || _transmit is null)
            return false;
        while (_random.Next(8) > 0 && _receive.TryTakeUsed(out UsedElement used))
            Take(used);
        while (_transmit.TryTakeUsed(out UsedElement used))
            _free.Push(used.Token);
        while (Sent < Allowed && _free.Count > 0 && TrySend())
        {
        }

        _receive.ShouldNotify();
        _transmit.ShouldNotify();
        return false;
    }

    private void BeginReset()
    {
        (_resetting, _receive, _transmit) = (true, null, null);
        _relay!.Reset();
    }

    private ulong BufferOf(int token) => Base + (2 * RingRoom) + ((ulong)token * Stride);

    private int TokenOf(ulong address)
    {
        Assert.Equal(0UL, (address - BufferOf(0)) % Stride);
        return (int)((address - BufferOf(0)) / Stride);
    }

    private void Take(in UsedElement used)
    {
        Span<byte> message = _life!.Window.GetSpan(BufferOf(used.Token), used.Length);
        Error ??= NumberedMessage.Check(message, (uint)_relay!.DriverLife, Received) is { } wrong ? $"driver: {wrong}" : null;
        Received++;
        _receive!.TryAdd([], [new Segment(BufferOf(used.Token), (uint)_buffer)], used.Token, out _);
    }

    private bool TrySend()
    {
        int token = _free.Peek(), length = _random.Next(NumberedMessage.MinimumLength, _buffer + 1);
        ulong address = BufferOf(_ring + token);
        NumberedMessage.Write(_life!.Window.GetSpan(address, (uint)length), (uint)_relay!.DriverLife, Sent);
        int cut = _random.Next(3) == 0 ? _random.Next(1, length) : 0;
        Segment[] readable = cut == 0 ? [new Segment(address, (uint)length)] : [new Segment(address, (uint)cut), new Segment(address + (ulong)cut, (uint)(length - cut))];
        if (!_transmit!.TryAdd(readable, [], token, out _))
            return false;
        _free.Pop();
        Sent++;
        return true;
    }
}
