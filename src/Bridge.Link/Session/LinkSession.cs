namespace Bridge.Link;

/// <summary>One connection, sans-IO: frames and the time go in, frames (in <see cref="Control"/>), lanes and a deadline come out.</summary>
/// <remarks>
/// The initiator's Hello is sealed in <see cref="Control"/> by the constructor; the acceptor's once the initiator's has been admitted. The session never
/// flushes: its owner does, after each call. Not thread-safe except <see cref="OnBytes"/>; one session serves one connection only.
/// Times are durations on any monotonic clock of this machine, the same for all calls.
/// </remarks>
public sealed class LinkSession
{
    // Enough for a Hello and thousands of Pongs; a peer that makes us owe more does not read.
    private const int ControlCapacity = 2 * FrameHeader.MaximumFrame;

    private readonly SessionOptions _options;
    private readonly IReadOnlyList<LaneRegistration> _devices;
    private readonly ConnectionCounter _counter;
    private readonly uint _offeredLast;
    private readonly List<string> _refusals = [];
    private SessionLane[] _lanes = [];
    private long _lastReceived; // ticks; written by every reader
    private TimeSpan _stateDeadline;
    private TimeSpan _nextPing;
    private TimeSpan _pingSent;
    private ulong _pingToken;

    /// <summary>Starts a connection.</summary>
    /// <param name="options">Names and time limits.</param>
    /// <param name="devices">This gateway's devices on the link, at most <see cref="Hello.MaximumDevices"/>.</param>
    /// <param name="initiator">True on the side that dialled.</param>
    /// <param name="counter">The link's connection numbers, shared by its sessions.</param>
    /// <param name="now">The monotonic time.</param>
    public LinkSession(SessionOptions options, IReadOnlyList<LaneRegistration> devices, bool initiator, ConnectionCounter counter, TimeSpan now)
    {
        _options = options;
        _devices = devices;
        _counter = counter;
        Initiator = initiator;
        _offeredLast = counter.Last;
        _lastReceived = now.Ticks;
        _stateDeadline = now + options.HelloTimeout;
        if (initiator)
            WriteHello(_offeredLast);
    }

    /// <summary>True on the side that dialled.</summary>
    public bool Initiator { get; }

    /// <summary>Lane 0's output.</summary>
    public LaneOutput Control { get; } = new(lane: 0, connection: 0, ControlCapacity);

    /// <summary>Where the connection stands.</summary>
    public SessionState State { get; private set; }

    /// <summary>Asked once, when the peer's Hello fits and before it is answered: a reason refuses it. Null admits everybody.</summary>
    public Func<Hello, (CloseReason Reason, string Text)?>? Admit { get; set; }

    /// <summary>The connection's number; 0 before <see cref="SessionState.Established"/>.</summary>
    public uint Connection { get; private set; }

    /// <summary>The version in use; 0 before <see cref="SessionState.Established"/>.</summary>
    public ushort Version { get; private set; }

    /// <summary>What the peer said about itself; null before its Hello.</summary>
    public Hello? Peer { get; private set; }

    /// <summary>The devices both gateways have; lane n is at index n-1. Empty before <see cref="SessionState.Established"/>.</summary>
    public IReadOnlyList<SessionLane> Lanes => _lanes;

    /// <summary>One sentence for each device that is no lane, for the log.</summary>
    public IReadOnlyList<string> Refusals => _refusals;

    /// <summary>Why the connection ended: the first reason wins.</summary>
    public CloseReason Reason { get; private set; }

    /// <summary>One sentence to <see cref="Reason"/>.</summary>
    public string ReasonText { get; private set; } = "";

    /// <summary>True when the peer's Close came first.</summary>
    public bool ClosedByPeer { get; private set; }

    /// <summary>The last measured round trip; null before the first Pong.</summary>
    public TimeSpan? RoundTrip { get; private set; }

    /// <summary>When <see cref="Tick"/> is to be called next; <see cref="TimeSpan.MaxValue"/> when closed.</summary>
    public TimeSpan Deadline => State switch
    {
        SessionState.Closed => TimeSpan.MaxValue,
        SessionState.Established => Min(_nextPing, IdleDeadline),
        _ => _stateDeadline,
    };

    private TimeSpan IdleDeadline => TimeSpan.FromTicks(Volatile.Read(ref _lastReceived)) + _options.IdleLimit;

    /// <summary>Bytes came, of whatever frame: a sign of life. Callable from every reader.</summary>
    /// <param name="now">The monotonic time.</param>
    public void OnBytes(TimeSpan now) => Volatile.Write(ref _lastReceived, now.Ticks);

    /// <summary>A frame came from the parser of any of the connection's streams.</summary>
    /// <param name="header">The frame's header.</param>
    /// <param name="payload">The frame's payload.</param>
    /// <param name="now">The monotonic time.</param>
    /// <returns>True when the frame belongs to a device: its lane's handler gets it. Faults of lane 0 do not throw: they close the session.</returns>
    /// <exception cref="LinkProtocolException">A fault on a device lane (see <see cref="SessionLane.Accept"/>): pass it to <see cref="Close"/>.</exception>
    public bool OnFrame(in FrameHeader header, ReadOnlySpan<byte> payload, TimeSpan now)
    {
        OnBytes(now);
        if (State >= SessionState.Closing && header.Type != FrameType.Close)
            return false;
        if (header.Lane != 0)
        {
            if (header.Lane > _lanes.Length)
                throw new LinkProtocolException(CloseReason.UnexpectedFrame, $"A frame names lane {header.Lane}; there are {_lanes.Length}.");
            return _lanes[header.Lane - 1].Accept(header, payload);
        }

        if (header.Type == FrameType.Hello)
            OnHello(header, payload, now);
        else if (header.Type == FrameType.Close)
            OnClose(payload);
        else
            OnControl(header, payload, now);
        return false;
    }

    /// <summary>Time passed: pings, or gives up on a silent peer.</summary>
    /// <param name="now">The monotonic time.</param>
    public void Tick(TimeSpan now)
    {
        switch (State)
        {
            case SessionState.Greeting when now >= _stateDeadline:
                End(SessionEvent.DeadlinePassed, CloseReason.HelloTimeout, $"The hello was not answered within {_options.HelloTimeout.TotalSeconds:0.#} s.", now);
                break;
            case SessionState.Established when now >= IdleDeadline:
                End(SessionEvent.DeadlinePassed, CloseReason.KeepAliveTimeout, $"Nothing was received for {_options.IdleLimit.TotalSeconds:0.#} s.", now);
                break;
            case SessionState.Established when now >= _nextPing:
                WritePing(now);
                break;
            case SessionState.Closing when now >= _stateDeadline:
                State = SessionTable.Next(State, SessionEvent.DeadlinePassed);
                break;
        }
    }

    /// <summary>Ends the connection from this side: seals a Close frame with the reason, unless it is ending already.</summary>
    /// <param name="reason">Why.</param>
    /// <param name="text">One sentence.</param>
    /// <param name="now">The monotonic time.</param>
    public void Close(CloseReason reason, string text, TimeSpan now) => End(SessionEvent.CloseRequested, reason, text, now);

    /// <summary>The transport ended or broke: there is nobody to tell.</summary>
    /// <param name="text">One sentence.</param>
    public void OnTransportEnded(string text)
    {
        TakeReason(CloseReason.TransportFailed, text);
        State = SessionTable.Next(State, SessionEvent.TransportEnded);
    }

    private void OnHello(in FrameHeader header, ReadOnlySpan<byte> payload, TimeSpan now)
    {
        if (State != SessionState.Greeting || header.Connection != 0)
            Violate(CloseReason.UnexpectedFrame, "A second Hello came.", now);
        else if (!Hello.TryReadVersions(payload, out ushort minimum, out ushort maximum))
            Violate(CloseReason.BadFrame, "The Hello is malformed.", now);
        else if (!ProtocolVersion.TryChoose(_options.VersionMinimum, _options.VersionMaximum, minimum, maximum, out ushort version))
            Violate(CloseReason.VersionMismatch, $"This gateway speaks protocol versions {_options.VersionMinimum}..{_options.VersionMaximum}, the peer {minimum}..{maximum}.", now);
        else if (!Hello.TryRead(payload, out Hello? hello))
            Violate(CloseReason.BadFrame, "The Hello is malformed.", now);
        else if (hello!.Instance == _options.Instance)
            Violate(CloseReason.ProtocolViolation, "This gateway is connected to itself.", now);
        else if (hello.LastConnection >= uint.MaxValue - 1 || _offeredLast >= uint.MaxValue - 1)
            Violate(CloseReason.ProtocolViolation, "The connection numbers are used up; restart the gateway that has run for so long.", now);
        else if (Initiator && NumberAsInitiator(hello) <= _counter.Last)
            RefuseAsOlder(hello, now);
        else if (Admit?.Invoke(hello) is { } refusal)
            Violate(refusal.Reason, refusal.Text, now);
        else
            Establish(hello, version, now);
    }

    private uint NumberAsInitiator(Hello hello) => ConnectionCounter.After(Math.Max(_offeredLast, hello.LastConnection), _options.Instance < hello.Instance);

    private void RefuseAsOlder(Hello hello, TimeSpan now) =>
        Violate(CloseReason.Replaced, $"Connection {NumberAsInitiator(hello)} is older than connection {_counter.Last}, which was established meanwhile.", now);

    private void Establish(Hello hello, ushort version, TimeSpan now)
    {
        if (!Initiator)
        {
            Connection = _counter.Agree(hello.LastConnection, hello.Instance < _options.Instance, out uint ownLast);
            WriteHello(ownLast);
        }
        else if (_counter.TryTake(NumberAsInitiator(hello)))
        {
            Connection = NumberAsInitiator(hello);
        }
        else
        {
            // An inbound connection was established between the first look and this one.
            RefuseAsOlder(hello, now);
            return;
        }

        State = SessionTable.Next(State, SessionEvent.HelloAccepted);
        Peer = hello;
        Version = version;
        Control.Join(Connection);

        HelloDevice[] own = OwnDevices();
        List<string> names = Initiator ? LaneMatching.Match(own, hello.Devices, _refusals) : LaneMatching.Match(hello.Devices, own, _refusals);
        _lanes = new SessionLane[names.Count];
        for (int i = 0; i < _lanes.Length; i++)
            _lanes[i] = new SessionLane((ushort)(i + 1), Connection, _devices.First(device => device.Device == names[i]));
        WritePing(now);
    }

    private void OnClose(ReadOnlySpan<byte> payload)
    {
        if (!CloseNotice.TryRead(payload, out CloseNotice close))
            close = new CloseNotice(CloseReason.BadFrame, "The peer's Close is malformed.");
        ClosedByPeer |= Reason == CloseReason.None;
        TakeReason(close.Reason == CloseReason.None ? CloseReason.ProtocolViolation : close.Reason, close.Text);
        State = SessionTable.Next(State, SessionEvent.CloseReceived);
    }

    private void OnControl(in FrameHeader header, ReadOnlySpan<byte> payload, TimeSpan now)
    {
        if (State == SessionState.Greeting || header.Connection != Connection || header.Type is not (FrameType.Ping or FrameType.Pong))
        {
            End(SessionEvent.Violation, CloseReason.UnexpectedFrame, $"Frame type {(byte)header.Type} on lane 0 {(State == SessionState.Greeting ? "before the hello" : "is not allowed")}.", now);
            return;
        }

        State = SessionTable.Next(State, SessionEvent.FrameReceived);
        if (!PingToken.TryRead(payload, out ulong token))
            Violate(CloseReason.BadFrame, $"A {header.Type} frame is malformed.", now);
        else if (header.Type == FrameType.Pong)
            OnPong(token, now);
        else if (!Control.CanWrite)
            Violate(CloseReason.FlowViolation, "The peer sends Pings and does not read the answers.", now);
        else
            Control.End(PingToken.Write(Control.Begin(FrameType.Pong, epoch: 0), token));
    }

    private void OnPong(ulong token, TimeSpan now)
    {
        // An older Pong than the last Ping is late, not wrong.
        if (token == _pingToken)
            RoundTrip = now - _pingSent;
    }

    private void WritePing(TimeSpan now)
    {
        _nextPing = now + (_options.IdleLimit / 3);
        if (!Control.CanWrite)
            return;
        _pingSent = now;
        Control.End(PingToken.Write(Control.Begin(FrameType.Ping, epoch: 0), ++_pingToken));
    }

    private void WriteHello(uint last)
    {
        Hello hello = new()
        {
            VersionMinimum = _options.VersionMinimum,
            VersionMaximum = _options.VersionMaximum,
            Instance = _options.Instance,
            LastConnection = last,
            Gateway = _options.Gateway,
            Devices = OwnDevices(),
        };
        Control.End(hello.Write(Control.Begin(FrameType.Hello, epoch: 0)));
    }

    private HelloDevice[] OwnDevices() => [.. _devices.Select(device => new HelloDevice(device.Device, device.VirtioId, device.Role))];

    private void Violate(CloseReason reason, string text, TimeSpan now) => End(SessionEvent.Violation, reason, text, now);

    private void End(SessionEvent why, CloseReason reason, string text, TimeSpan now)
    {
        if (State >= SessionState.Closing)
            return;
        TakeReason(reason, text);
        State = SessionTable.Next(State, why);
        _stateDeadline = now + _options.ClosingLimit;
        if (Control.CanWrite)
            Control.End(new CloseNotice(reason, text).Write(Control.Begin(FrameType.Close, epoch: 0)));
    }

    private void TakeReason(CloseReason reason, string text)
    {
        if (Reason != CloseReason.None)
            return;
        Reason = reason;
        ReasonText = text;
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
