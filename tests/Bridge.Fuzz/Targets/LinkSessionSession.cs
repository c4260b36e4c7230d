using Bridge.Link;

namespace Bridge.Fuzz.Targets;

/// <summary>One connection's session against a peer that is authenticated and hostile: hellos, pings, closes, lanes, out of order, too many, at any time.</summary>
internal sealed class LinkSessionSession : IFuzzSession
{
    private static readonly LaneRegistration[] s_devices =
        [new("d0", 7, LaneRole.Driver, new NoLane()), new("d1", 7, LaneRole.Device, new NoLane()), new("d2", 2, LaneRole.Device, new NoLane())];

    private readonly ConnectionCounter _counter = new();
    private readonly byte[] _room = new byte[FrameHeader.MaximumPayload];
    private LinkSession? _session;
    private TimeSpan _now = TimeSpan.FromHours(1);
    private SessionState _before;

    public void Dispose()
    {
    }

    public int Step(FuzzRandom random)
    {
        LinkSession session = _session ??= Begin(random);
        _before = session.State;
        int what = random.Next(12), refused = 0;
        switch (what)
        {
            case 0:
                _now += TimeSpan.FromMilliseconds(random.Next(random.OneIn(4) ? 20_000 : 200));
                session.Tick(_now);
                break;
            case 1 when random.OneIn(10):
                session.Close(CloseReason.Shutdown, "x", _now);
                break;
            case 2 when random.OneIn(10):
                session.OnTransportEnded("x");
                break;
            default:
                refused = Give(session, random);
                break;
        }

        Check(session);
        if (random.Next(3) > 0)
            Drain(session);
        if (session.State == SessionState.Closed || random.OneIn(100))
            _session = null;
        return Outcome.Of((int)_before, (int)session.State, (int)session.Reason, refused, session.Lanes.Count, session.ClosedByPeer ? 1 : 0);
    }

    private LinkSession Begin(FuzzRandom random) =>
        new(new SessionOptions { Gateway = "own", Instance = 77 }, s_devices, initiator: random.OneIn(2), _counter, _now);

    /// <summary>A frame as the parser lets it through: its lane exists, its connection is the present one or none.</summary>
    private int Give(LinkSession session, FuzzRandom random)
    {
        var type = (FrameType)random.Next(random.OneIn(3) ? 40 : 6);
        if (session.State == SessionState.Greeting && random.OneIn(2))
            type = FrameType.Hello;
        ushort lane = (ushort)(random.OneIn(3) ? random.Next(session.Lanes.Count + 1) : 0);
        int length = type switch
        {
            FrameType.Hello => PayloadSession.HelloOf(random, (uint)(random.OneIn(8) ? random.Edge() : 0)).Write(_room),
            FrameType.Close => new CloseNotice((CloseReason)random.Next(25), "why").Write(_room),
            FrameType.LaneOpen => LaneOpen.Write(_room, $"d{random.Next(3)}"),
            FrameType.Ping or FrameType.Pong => PingToken.Write(_room, random.OneIn(2) ? 1 : random.Next64()),
            _ => random.Next(40),
        };
        byte[] payload = ByteMutation.Apply(random, _room[..length]);
        uint connection = lane == 0 && (type == FrameType.Hello || random.OneIn(4)) ? 0 : session.Connection;
        try
        {
            bool toDevice = session.OnFrame(new FrameHeader(FrameHeader.Size + payload.Length, 0, type, 0, lane, connection, 0, 0), payload, _now);
            FuzzFindException.Unless(!toDevice || (lane > 0 && type >= FrameType.DeviceInfo && session.State == SessionState.Established), $"{type} on lane {lane} goes to a device in state {session.State}");
            return toDevice ? 1 : 0;
        }
        catch (LinkProtocolException fault)
        {
            FuzzFindException.Unless(lane > 0, $"a fault of lane 0 was thrown: {fault.Message}");
            session.Close(fault.Reason, fault.Message, _now);
            return 2;
        }
    }

    private void Check(LinkSession session)
    {
        FuzzFindException.Unless(session.State >= _before, $"{_before} became {session.State}");
        FuzzFindException.Unless(session.State != SessionState.Established || (session.Connection > 0 && session.Peer is not null), $"established as connection {session.Connection}");
        FuzzFindException.Unless(session.Lanes.Count <= s_devices.Length, $"{session.Lanes.Count} lanes");
        FuzzFindException.Unless(session.State < SessionState.Closing || session.Reason != CloseReason.None, $"{session.State} without a reason");
        FuzzFindException.Unless(session.ReasonText.Length <= 2000 && session.Refusals.Count <= Hello.MaximumDevices + s_devices.Length, $"a reason of {session.ReasonText.Length} characters, {session.Refusals.Count} refusals");
    }

    private static void Drain(LinkSession session)
    {
        while (session.Control.TryTake(out _))
            session.Control.Release();
    }

    private sealed class NoLane : ILaneHandler
    {
        public Action<uint, CloseReason, string>? CloseConnection { get; set; }

        public void OnLaneUp(LaneOutput output)
        {
        }

        public void OnFrame(in FrameHeader header, ReadOnlySpan<byte> payload)
        {
        }

        public void OnBatchEnd()
        {
        }

        public void OnLaneDown(uint connection)
        {
        }
    }
}
