using Bridge.Link;
using Bridge.Relay;
using Bridge.Relay.Tests.Rigs;
using Bridge.Relay.Tests.Simulation;
using Bridge.Virtio;
using Microsoft.Extensions.Logging.Abstractions;

namespace Bridge.Fuzz.Targets;

/// <summary>
/// The driver side against a device side that sends anything: no byte of the driver's window changes but as <see cref="WindowShadow"/> knows, and the driver finds no used element that
/// is a fault. The driver is honest, and now and then stops a queue, resets, or loses the link.
/// </summary>
internal sealed class DriverRelaySession : IFuzzSession
{
    private const int RingSize = 16;
    private const ulong WindowSize = 3 << 14;

    private readonly VirtualTime _time = new();
    private readonly FakeDriver _driver = new(WindowSize);
    private readonly Dictionary<(int Queue, ushort Head), LentChain> _lent = [];
    private readonly WindowShadow _shadow;
    private readonly DriverRelay _relay;
    private readonly PeerLane _peer;
    private readonly HostileDeviceSide _hostile;
    private readonly bool[] _stopped = new bool[2];
    private readonly ulong _features;
    private long _bytes;
    private bool _up;

    public DriverRelaySession(FuzzRandom random)
    {
        _features = VirtioFeatures.Version1 | (random.OneIn(2) ? VirtioFeatures.EventIndex : 0);
        _shadow = new WindowShadow(_driver);
        _relay = new DriverRelay("dev", _driver, _time, NullLogger.Instance);
        _peer = new PeerLane(_relay, PeerLane.SmallCapacity);
        _hostile = new HostileDeviceSide(_relay, random);
        Connect(truth: true);
        StartDriver();
    }

    public void Dispose() => _driver.Dispose();

    public int Step(FuzzRandom random)
    {
        if (_driver.ResetDemands.Count > 0 || _driver.BuffersLeft < 4096 || random.OneIn(150))
            StartDriver();
        if (!_up)
            Connect(truth: random.Next(4) > 0);
        Act(random);
        Lend(random);
        _relay.Pump();
        if (_up)
            _bytes += _peer.Take().Sum(frame => (long)frame.Payload.Length);
        (FrameType type, uint epoch, byte[] payload) = _hostile.Frame(random);
        CloseReason reason = CloseReason.None;
        _shadow.Remember();
        try
        {
            if (_up)
                _peer.Give(type, epoch, payload);
            // Stopped queues, too, go on with what they have held only in here.
            _relay.Pump();
        }
        catch (LinkProtocolException fault)
        {
            reason = fault.Reason;
            Disconnect();
        }

        int published = _shadow.Compare(_lent);
        TakeUsed();
        RelayStatus status = _relay.ReadStatus();
        return Outcome.Of((int)type, (int)reason, (int)status.Status, status.Live ? 1 : 0, Outcome.Magnitude(published), status.Queues.Count(queue => queue.InFlight > 0), Outcome.Magnitude(_driver.ResetDemands.Count));
    }

    /// <summary>What the driver and the network do by themselves.</summary>
    private void Act(FuzzRandom random)
    {
        switch (random.Next(40))
        {
            case 0:
                _time.Advance(TimeSpan.FromMilliseconds(random.Next(2000)));
                break;
            case 1:
                Disconnect();
                break;
            case 2 or 3:
                int queue = random.Next(2);
                _stopped[queue] = !_stopped[queue];
                if (_stopped[queue])
                    _relay.StopQueue(queue);
                else
                    Start(queue);
                break;
            case 4 when _driver.Layouts.Length > 0:
                _relay.MoveQueue(0, _driver.Window, _driver.Layouts[0]);
                break;
        }
    }

    private void Start(int queue)
    {
        _shadow.Remember();
        try
        {
            _relay.StartQueue(queue);
        }
        catch (LinkProtocolException)
        {
            Disconnect();
        }

        _shadow.Compare(_lent);
        TakeUsed();
    }

    private void Connect(bool truth)
    {
        _peer.Up();
        _up = true;
        try
        {
            foreach ((FrameType type, uint epoch, byte[] payload) in _hostile.Statement(truth))
                _peer.Give(type, epoch, payload);
        }
        catch (LinkProtocolException)
        {
            Disconnect();
        }
    }

    private void Disconnect()
    {
        if (_up)
            _peer.Down();
        (_up, _hostile.Open) = (false, null);
    }

    private void StartDriver()
    {
        _driver.ResetDemands.Clear();
        _lent.Clear();
        _hostile.Open = null;
        Array.Clear(_stopped);
        _relay.Reset();
        _relay.Pump();
        // A port knows from the offer how many queues there are.
        _driver.Start(_features, RingSize, Math.Min(2, _driver.Offers[^1].QueueSizes.Count));
    }

    private void Lend(FuzzRandom random)
    {
        for (int queue = 0; queue < _driver.Queues.Length; queue++)
        {
            while (_driver.Queues[queue].FreeDescriptors >= 4 && _driver.BuffersLeft > 1024 && random.Next(3) > 0)
            {
                uint[] readable = random.OneIn(3) ? [(uint)random.Next(30)] : [];
                uint[] writable = random.OneIn(4) ? [(uint)random.Next(50), (uint)random.Next(50)] : [(uint)random.Next(50)];
                LentChain lent = _driver.Lend(queue, readable, writable);
                _lent[(queue, lent.Head)] = lent;
            }
        }
    }

    private void TakeUsed()
    {
        for (int queue = 0; queue < _driver.Queues.Length; queue++)
        {
            while (_driver.Queues[queue].TryTakeUsed(out UsedElement used))
                FuzzFindException.Unless(_lent.Remove((queue, used.Head)), $"queue {queue}: chain {used.Head} was used twice");
        }
    }
}
