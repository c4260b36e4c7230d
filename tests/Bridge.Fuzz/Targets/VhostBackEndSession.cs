using Bridge.Link;
using Bridge.Linux;
using Bridge.Ports.Polling;
using Bridge.Ports.VhostUser;
using Bridge.Ports.VhostUser.Messages;
using Bridge.Relay;
using Bridge.Relay.Tests.Rigs;
using Bridge.Relay.Tests.Simulation;
using Bridge.Virtio;
using Microsoft.Extensions.Logging.Abstractions;

namespace Bridge.Fuzz.Targets;

/// <summary>
/// The vhost-user device port's conversation with a back end that answers anything, and writes anything into the rings that it is lent, while a peer gateway sends anything. The back end
/// is left where the protocol is broken, its successor is given the life; nothing else comes out.
/// </summary>
internal sealed class VhostBackEndSession : IFuzzSession, IDevicePort
{
    private static readonly DeviceRow s_row = DeviceTable.Find(DeviceTable.Network);
    private static readonly VhostUserDeviceOptions s_options = new() { Device = "fuzz", SocketPath = "unused", DeviceId = DeviceTable.Network, QueueSize = 16 };

    private readonly VirtualTime _time = new();
    private readonly VhostUserDeviceCounters _counters = new();
    private readonly PollThread _poll = new("fuzz", () => { }, TimeProvider.System, NullLogger.Instance);
    private readonly HostileBackEnd _hostile = new();
    private readonly DeviceRelay _relay;
    private readonly PeerLane _peer;
    private readonly HostileDriverSide _driver;
    private FileDescriptor? _memory;
    private ulong _memoryLength;
    private DeviceLife? _life;
    private BackEndConnection? _connection;
    private Acquaintance? _backEnd;
    private (Window Window, IReadOnlyList<RingLayout> Layouts)? _lent;
    private bool _up;
    private int _fault;

    public VhostBackEndSession()
    {
        _relay = new DeviceRelay("fuzz", this, new PoolOptions(Places: 6, PlaceSize: 128), _time, NullLogger.Instance);
        _peer = new PeerLane(_relay, PeerLane.SmallCapacity);
        _driver = new HostileDriverSide(_relay);
    }

    public DeviceOffer? Offer { get; private set; }

    public void Dispose()
    {
        Disconnect();
        _relay.Dispose();
        _life?.Dispose();
        _memory?.Dispose();
        _hostile.Dispose();
        _poll.Dispose();
    }

    public int Step(FuzzRandom random)
    {
        _fault = 0;
        if (_connection is null)
            Connect();
        _hostile.Answer(random);
        if (_lent is { } lent && random.OneIn(4))
            HostileBackEnd.Scribble(random, lent.Window, lent.Layouts[random.Next(lent.Layouts.Count)]);
        if (random.OneIn(200))
            _time.Advance(TimeSpan.FromSeconds(random.Next(40)));
        CloseReason reason = Offer is null ? CloseReason.None : Give(random);
        _relay.Pump();
        if (_up)
            _peer.Take();
        return Outcome.Of(_fault, (int)reason, (int)_relay.Status, _life is null ? 0 : 1, Offer is null ? 0 : 1, _backEnd?.IsComplete == true ? 1 : 0, Outcome.Magnitude(_relay.InFlight));
    }

    WindowMemory IDevicePort.CreateMemory(ulong size)
    {
        _memory?.Dispose();
        (_memory, _memoryLength) = (MemoryFile.Create("fuzz-device", size, sealable: true), size);
        MappedFile mapping = MappedFile.Map(MemoryFile.Duplicate(_memory), 0, size);
        return new ForeignMemory(mapping.Address, mapping.Size, mapping);
    }

    void IDevicePort.Start(ulong features, Window window, IReadOnlyList<RingLayout> queues, IDeviceRelay relay)
    {
        _life = new DeviceLife(features, window, queues, relay, _memory!, _memoryLength, _poll, _counters);
        (_memory, _lent) = (null, (window, queues));
    }

    void IDevicePort.Stop()
    {
        _life?.Stop(_connection, _backEnd?.HasEnable ?? false);
        _life?.Dispose();
        (_life, _lent) = (null, null);
    }

    void IDevicePort.OnAvailable(int queue) => _life?.Kick(queue);

    /// <summary>As <see cref="VhostUserDevicePort"/> does it.</summary>
    bool IDevicePort.Pump()
    {
        if (_connection is not { } connection || _backEnd is not { } backEnd)
            return false;
        try
        {
            connection.OnReady(PollEvents.In);
            backEnd.Pump();
            if (!connection.Pump())
                Disconnect();
            else if (backEnd.IsComplete)
                Use(connection, backEnd);
        }
        catch (Exception fault) when (fault is BackEndFaultException or LinuxException)
        {
            _fault = 1 + (fault.Message.Length & 31);
            Disconnect();
        }

        return false;
    }

    private void Use(BackEndConnection connection, Acquaintance backEnd)
    {
        Offer ??= new DeviceOffer(s_row.Id, 0, backEnd.Features & ~(1UL << 26 | 1UL << 30), 0, backEnd.Configuration, [16, 16]);
        if (!Offer.Configuration.Span.SequenceEqual(backEnd.Configuration.Span))
            Offer = Offer with { ConfigurationGeneration = Offer.ConfigurationGeneration + 1, Configuration = backEnd.Configuration };
        if (_life is { } life && !life.IsHeldBy(connection))
            life.HandTo(connection, backEnd);
    }

    private CloseReason Give(FuzzRandom random)
    {
        IEnumerable<(FrameType Type, uint Epoch, byte[] Payload)> frames;
        if (!_up)
        {
            _peer.Up();
            _up = true;
            frames = _driver.Statement(random);
        }
        else
        {
            frames = _life is null ? _driver.Life(random) : [_driver.Frame(random)];
        }

        try
        {
            foreach ((FrameType type, uint epoch, byte[] payload) in frames)
                _peer.Give(type, epoch, payload);
        }
        catch (LinkProtocolException fault)
        {
            _peer.Down();
            _up = false;
            return fault.Reason;
        }

        return CloseReason.None;
    }

    private void Connect()
    {
        _connection = new BackEndConnection(_hostile.Connect(), _poll, _time, s_options.Patience);
        _poll.Add(_connection, PollEvents.In);
        _backEnd = new Acquaintance(_connection, s_row, s_options, _poll, _counters);
    }

    private void Disconnect()
    {
        if (_connection is { } connection)
            _life?.OnLost(connection);
        _backEnd?.Dispose();
        _connection?.Dispose();
        (_backEnd, _connection) = (null, null);
    }
}
