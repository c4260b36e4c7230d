using Bridge.Gateway.Bench;
using Bridge.LoadTests.Messages;
using Bridge.Relay;
using Bridge.Rpmsg;
using Bridge.Virtio;

namespace Bridge.LoadTests.Engine;

/// <summary>A driver without applications. Everything but <see cref="Running"/> belongs to the device's turn.</summary>
internal sealed class EngineDriverPort(RpmsgOptions options, Action wake) : IDriverPort
{
    private const ulong MemoryAddress = 0x1_0000;
    private const ulong Features = VirtioFeatures.Version1 | VirtioFeatures.EventIndex | VirtioFeatures.IndirectDescriptors | RpmsgFeatures.NameService;

    // Two addresses that nobody else has: the messages are rpmsg messages, headers included.
    private const uint Source = 1024, Destination = 1025;

    private readonly TaskCompletionSource _running = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly byte[] _message = new byte[MessagePath.MaximumMessage];
    private DeviceOffer? _offer;
    private IDriverRelay? _relay;
    private RpmsgDriverRings? _rings;
    private EngineWork _work;
    private int _length;
    private long _sentAt, _left;
    private bool _outstanding;
    private LatencyHistogram _times = new();
    private TaskCompletionSource<LatencyHistogram> _done = new();

    /// <summary>Completes when the device is ready.</summary>
    public Task Running => _running.Task;

    /// <summary>Messages sent so far.</summary>
    public long Sent { get; private set; }

    /// <summary>Begins some work; the task completes when round trips are done.</summary>
    public Task<LatencyHistogram> Begin(EngineWork work, int length, long count)
    {
        (_work, _length, _left, _outstanding) = (work, length, count, false);
        _times = new LatencyHistogram();
        _done = new TaskCompletionSource<LatencyHistogram>(TaskCreationOptions.RunContinuationsAsynchronously);
        TestMessage.Write(_message, work == EngineWork.OneWay ? TestMessage.Counted : TestMessage.Echoed, 0);
        wake();
        return _done.Task;
    }

    public void OnOffer(DeviceOffer offer, IDriverRelay relay)
    {
        bool first = _offer is null;
        (_offer, _relay) = (offer, relay);
        if (first)
            relay.Reset();
        wake();
    }

    public void OnResetDone()
    {
        IDriverRelay relay = _relay!;
        relay.SetStatus(DeviceStatus.Acknowledge);
        relay.SetStatus(relay.Status | DeviceStatus.Driver);
        ulong features = _offer!.Features & Features;
        relay.SetFeatures(features);
        relay.SetStatus(relay.Status | DeviceStatus.FeaturesOk);
        Window window = new(new WindowRegion(MemoryAddress, new HeapMemory(RpmsgDriverRings.RequiredMemory(options))));
        _rings = new RpmsgDriverRings(window, MemoryAddress, options, features);
        relay.SetQueue(0, window, _rings.Receive);
        relay.SetQueue(1, window, _rings.Transmit);
        relay.SetStatus(relay.Status | DeviceStatus.DriverOk);
        relay.OnAvailable(0);
        _running.TrySetResult();
        wake();
    }

    public void OnNeedsReset(string why) => throw new InvalidOperationException(why);

    public void OnUsed(int queue) => wake();

    public bool Pump()
    {
        if (_rings is not { } rings)
            return false;
        while (rings.TryReceive(out _, out int token))
        {
            rings.Release(token);
            OnEcho();
        }

        if (_work == EngineWork.RoundTrips && !_outstanding && _left > 0)
        {
            _outstanding = true;
            _sentAt = TimeProvider.System.GetTimestamp();
            Send(rings);
        }

        while (_work == EngineWork.OneWay && Send(rings))
        {
            // Until no buffer is free.
        }

        int queues = rings.TakeNotifications();
        for (int queue = 0; queue < 2; queue++)
        {
            if ((queues & (1 << queue)) != 0)
                _relay!.OnAvailable(queue);
        }

        return rings.Arm(receive: true, transmit: _work == EngineWork.OneWay);
    }

    private void OnEcho()
    {
        if (!_outstanding)
            return;
        _times.Add(TimeProvider.System.GetElapsedTime(_sentAt));
        _outstanding = false;
        if (--_left == 0)
            _done.TrySetResult(_times);
    }

    private bool Send(RpmsgDriverRings rings)
    {
        if (!rings.TryReserve(out Span<byte> buffer))
            return false;
        new RpmsgHeader(Source, Destination, (ushort)_length).Write(buffer, littleEndian: true);
        _message.AsSpan(0, _length).CopyTo(buffer[RpmsgHeader.Size..]);
        rings.Commit(RpmsgHeader.Size + _length);
        Sent++;
        return true;
    }
}
