using Bridge.Link;
using Bridge.Linux;
using Bridge.Ports.Polling;
using Bridge.Ports.VhostUser;
using Bridge.Ports.VhostUser.Messages;
using Bridge.Relay;
using Bridge.Relay.Tests.Rigs;
using Bridge.Relay.Tests.Simulation;
using Microsoft.Extensions.Logging.Abstractions;

namespace Bridge.Fuzz.Targets;

/// <summary>
/// The vhost-user driver port against a front end that says anything, with a guest that writes anything into its rings, and a peer gateway that sends anything: all of them at once. The
/// front end is disconnected where the protocol is broken; nothing else comes out, and no descriptor is left.
/// </summary>
internal sealed class VhostFrontEndSession : IFuzzSession, IDriverPort
{
    private static int s_descriptors;

    private readonly VirtualTime _time = new();
    private readonly VhostUserCounters _counters = new();
    private readonly PollThread _poll = new("fuzz", () => { }, TimeProvider.System, NullLogger.Instance);
    private readonly VhostUserOptions _options;
    private readonly DriverRelay _relay;
    private readonly PeerLane _peer;
    private readonly HostileDeviceSide _hostile;
    private readonly HostileGuest _guest = new();
    private DeviceOffer? _offer;
    private FrontEnd? _frontEnd;
    private DescriptorSocket? _socket;
    private LinuxException? _unusable;
    private bool _up;
    private int _faults, _resets;

    public VhostFrontEndSession(FuzzRandom random)
    {
        _options = new VhostUserOptions { Device = "fuzz", SocketPath = "unused", InBandNotifications = random.OneIn(4) };
        _relay = new DriverRelay("fuzz", this, _time, NullLogger.Instance);
        _peer = new PeerLane(_relay, PeerLane.SmallCapacity);
        _hostile = new HostileDeviceSide(_relay, random);
        Up(truth: true);
        _relay.Pump();
    }

    public void Dispose()
    {
        Disconnect();
        _guest.Dispose();
        _poll.Dispose();
        int open = Directory.GetFileSystemEntries("/proc/self/fd").Length;
        FuzzFindException.Unless(s_descriptors == 0 || open <= s_descriptors + 64, $"{open} descriptors are open, {s_descriptors} were after the first session");
        s_descriptors = s_descriptors == 0 ? open : s_descriptors;
    }

    public int Step(FuzzRandom random)
    {
        (_faults, _resets) = (0, 0);
        if (_frontEnd is null)
            Connect(random);
        switch (random.Next(4))
        {
            case 0:
                _guest.Scribble(random);
                break;
            case 1 when _socket is not null:
                _guest.Offer(random);
                break;
            default:
                if (_socket is not null)
                    _guest.SendMessage(random, _socket);
                break;
        }

        if (random.OneIn(20))
            _time.Advance(TimeSpan.FromSeconds(random.Next(3)));
        CloseReason reason = Exchange(random);
        _frontEnd?.OnReady(PollEvents.In);
        Pump(ref reason);
        Drain();
        RelayStatus status = _relay.ReadStatus();
        return Outcome.Of(_faults, _resets, (int)reason, (int)status.Status, status.Queues.Count, status.Queues.Count(queue => queue.Fault is not null), status.Queues.Count(queue => queue.InFlight > 0), _frontEnd is null ? 0 : 1);
    }

    void IDriverPort.OnOffer(DeviceOffer offer, IDriverRelay relay)
    {
        _offer = offer;
        Tell(backEnd => backEnd.OnOffer(offer));
    }

    void IDriverPort.OnUsed(int queue) => Tell(backEnd => backEnd.Call(queue));

    void IDriverPort.OnNeedsReset(string why)
    {
        _resets++;
        Tell(static backEnd => backEnd.OnNeedsReset());
    }

    void IDriverPort.OnResetDone()
    {
    }

    /// <summary>As <see cref="VhostUserDriverPort"/> does it.</summary>
    bool IDriverPort.Pump()
    {
        try
        {
            if (_unusable is { } unusable)
                throw unusable;
            if (_frontEnd is { } frontEnd && !frontEnd.Pump(out _))
                Disconnect();
        }
        catch (Exception fault) when (fault is FrontEndFaultException or LinuxException)
        {
            _faults = 1 + (fault.Message.Length & 31);
            Disconnect();
        }

        return false;
    }

    /// <summary>As <see cref="VhostUserDriverPort"/> does it: what goes wrong in the midst of the relay's work is dealt with in the next pump.</summary>
    private void Tell(Action<BackEnd> what)
    {
        try
        {
            if (_frontEnd is { } frontEnd)
                what(frontEnd.BackEnd);
        }
        catch (LinuxException unusable)
        {
            _unusable = unusable;
        }
    }

    private CloseReason Exchange(FuzzRandom random)
    {
        CloseReason reason = CloseReason.None;
        if (_up && random.OneIn(60))
            Down();
        if (!_up && random.OneIn(2))
            Up(truth: random.Next(3) > 0);
        if (!_up)
            return reason;
        Pump(ref reason);
        if (!_up)
            return reason;
        _peer.Take();
        (FrameType type, uint epoch, byte[] payload) = _hostile.Frame(random);
        try
        {
            _peer.Give(type, epoch, payload);
        }
        catch (LinkProtocolException fault)
        {
            reason = fault.Reason;
            Down();
        }

        return reason;
    }

    /// <summary>As <see cref="DeviceHost"/> does it: what was held for a stopped queue may break the protocol only now.</summary>
    private void Pump(ref CloseReason reason)
    {
        try
        {
            _relay.Pump();
        }
        catch (LinkProtocolException fault)
        {
            reason = fault.Reason;
            if (_up)
                Down();
        }
    }

    private void Up(bool truth)
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
            Down();
        }
    }

    private void Down()
    {
        _peer.Down();
        (_up, _hostile.Open) = (false, null);
    }

    private void Connect(FuzzRandom random)
    {
        (DescriptorSocket own, _socket) = DescriptorSocket.Pair();
        _frontEnd = new FrontEnd(own, new BackEnd(_options, _offer!, _relay, new VringSet(_options.Device, _offer!.QueueSizes.Count, _relay, _time, NullLogger.Instance), _poll, _counters), _poll, _time, _options.Patience);
        _poll.Add(_frontEnd, PollEvents.In);
        if (random.Next(5) > 0)
            _guest.SendStart(_socket, _options.InBandNotifications);
        _time.Advance(TimeSpan.FromSeconds(2));
    }

    private void Disconnect()
    {
        _frontEnd?.Dispose();
        _socket?.Dispose();
        (_frontEnd, _socket, _unusable) = (null, null, null);
    }

    private void Drain()
    {
        Span<byte> room = stackalloc byte[512];
        var descriptors = new List<FileDescriptor>();
        while (_socket is not null && _socket.Receive(room, descriptors, out _, out _) == StreamOutcome.Received)
        {
        }

        foreach (FileDescriptor descriptor in descriptors)
            descriptor.Dispose();
    }
}
