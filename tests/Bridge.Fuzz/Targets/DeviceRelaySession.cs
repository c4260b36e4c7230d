using Bridge.Link;
using Bridge.Relay;
using Bridge.Relay.Tests.Rigs;
using Bridge.Relay.Tests.Simulation;
using Bridge.Virtio;
using Microsoft.Extensions.Logging.Abstractions;

namespace Bridge.Fuzz.Targets;

/// <summary>
/// The device side against a driver side that sends anything. The device is honest: it finds well-formed rings, never more chains than there are places, and segments that lie apart in
/// the pool. Or the device is hostile as well, and writes over its rings.
/// </summary>
internal sealed class DeviceRelaySession : IFuzzSession
{
    private const int RingSize = 8, Places = 6, PlaceSize = 128;

    private readonly FakeDevice _device = new(RingSize, RingSize);
    private readonly List<(int Queue, Chain Chain)> _held = [];
    private readonly DeviceRelay _relay;
    private readonly PeerLane _peer;
    private readonly HostileDriverSide _hostile;
    private readonly bool _hostileDevice;
    private bool _up;
    private int _starts;

    public DeviceRelaySession(bool hostileDevice)
    {
        _hostileDevice = hostileDevice;
        _relay = new DeviceRelay("dev", _device, new PoolOptions(Places, PlaceSize), new VirtualTime(), NullLogger.Instance);
        _peer = new PeerLane(_relay, PeerLane.SmallCapacity);
        _hostile = new HostileDriverSide(_relay);
    }

    public void Dispose() => _relay.Dispose();

    public int Step(FuzzRandom random)
    {
        if (!_up)
            Connect(random);
        if (_up && (_device.Queues.Length == 0 || random.OneIn(150)))
            Give(_hostile.Life(random));
        (FrameType type, CloseReason reason) = _up ? Give([_hostile.Frame(random)]) : default;
        if (_up && random.OneIn(60))
            Disconnect();
        switch (random.Next(200))
        {
            case 0:
                _relay.Suspend();
                break;
            case 1:
                _relay.Resume();
                break;
            case 2 when _device is { Features: { } features, Window: { } window, Relay: { } relay, Layouts: var layouts }:
                _relay.Restart();
                // The rings are new ones: the lost device's successor begins at 0.
                _device.Start(features, window, layouts, relay);
                break;
        }

        _relay.Pump();
        FuzzFindException.Unless(_relay.InFlight <= 2 * Places, $"{_relay.InFlight} chains in 2 times {Places} places");
        int taken = Look(random);
        _relay.Pump();
        if (_up)
            _peer.Take();
        RelayStatus status = _relay.ReadStatus();
        return Outcome.Of((int)type, (int)reason, (int)status.Status, status.Live ? 1 : 0, Outcome.Magnitude(taken), _held.Count, status.Queues.Count, status.Queues.Count(queue => queue.Fault is not null));
    }

    private void Connect(FuzzRandom random)
    {
        _peer.Up();
        _up = true;
        Give(_hostile.Statement(random));
    }

    private void Disconnect()
    {
        _peer.Down();
        _up = false;
    }

    private (FrameType Type, CloseReason Reason) Give(IEnumerable<(FrameType Type, uint Epoch, byte[] Payload)> frames)
    {
        FrameType last = default;
        foreach ((FrameType type, uint epoch, byte[] payload) in frames)
        {
            last = type;
            try
            {
                _peer.Give(type, epoch, payload);
            }
            catch (LinkProtocolException fault)
            {
                Disconnect();
                return (last, fault.Reason);
            }
        }

        return (last, CloseReason.None);
    }

    /// <summary>The device takes what is there, looks at it and gives some back.</summary>
    private int Look(FuzzRandom random)
    {
        if (_device.Starts != _starts || _device.Queues.Length == 0)
            _held.Clear();
        _starts = _device.Starts;
        int taken = 0;
        for (int queue = 0; queue < _device.Queues.Length; queue++)
        {
            try
            {
                while (_device.Take(queue) is { } chain)
                {
                    taken++;
                    _held.Add((queue, chain));
                }
            }
            catch (RingFaultException) when (_hostileDevice)
            {
                // It has spoilt its rings itself.
                _held.Clear();
            }
        }

        if (!_hostileDevice)
            AssertApart();
        while (_held.Count > 0 && random.Next(3) > 0)
            Use(random, random.Next(_held.Count));
        if (_hostileDevice && _device.Window is { } window && _device.Layouts.Count > 0 && random.OneIn(3))
            Scribble(random, window, _device.Layouts[random.Next(_device.Layouts.Count)]);
        return taken;
    }

    private void Use(FuzzRandom random, int index)
    {
        (int queue, Chain chain) = _held[index];
        _held.RemoveAt(index);
        int length = chain.Writable.IsEmpty ? 0 : random.Next((int)chain.Writable[0].Length + 1);
        _device.Use(queue, chain, new byte[length], random.OneIn(4) ? (uint)random.Edge() : null);
    }

    /// <summary>Everything that a device can reach: also what it must not write.</summary>
    private static void Scribble(FuzzRandom random, Window window, RingLayout layout)
    {
        ulong at = random.Next(4) switch
        {
            0 => layout.Descriptors + (ulong)random.Next((int)RingLayout.DescriptorsLength(layout.Size)),
            1 => layout.Available + (ulong)random.Next((int)RingLayout.AvailableLength(layout.Size)),
            2 => layout.Used + 2,
            _ => layout.Used + (ulong)random.Next((int)RingLayout.UsedLength(layout.Size)),
        };
        if (window.TryGetSpan(at, 1, out Span<byte> one))
            one[0] = (byte)(random.OneIn(2) ? one[0] + 1 : (int)random.Edge());
    }

    private void AssertApart()
    {
        var segments = new List<Segment>();
        foreach ((int _, Chain chain) in _held)
        {
            FuzzFindException.Unless(chain.ReadableLength + chain.WritableLength <= PlaceSize, $"a chain of {chain.ReadableLength + chain.WritableLength} bytes");
            segments.AddRange(chain.Readable);
            segments.AddRange(chain.Writable);
        }

        foreach (RingLayout layout in _device.Queues.Length == 0 ? [] : _device.Layouts)
            segments.Add(new Segment(layout.Descriptors, (uint)(layout.Used + RingLayout.UsedLength(layout.Size) - layout.Descriptors)));
        segments.RemoveAll(segment => segment.Length == 0);
        segments.Sort((a, b) => a.Address.CompareTo(b.Address));
        for (int i = 1; i < segments.Count; i++)
            FuzzFindException.Unless(segments[i - 1].Address + segments[i - 1].Length <= segments[i].Address, $"{segments[i - 1]} overlaps {segments[i]}");
    }
}
