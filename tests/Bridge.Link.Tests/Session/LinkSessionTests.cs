namespace Bridge.Link.Tests;

public sealed class LinkSessionTests
{
    private static LaneRegistration Device(string name, ushort id, LaneRole role, RecordingLane? lane = null) => new(name, id, role, lane ?? new RecordingLane());

    private static SessionPair OneDevice(RecordingLane? driver = null, RecordingLane? device = null, Func<SessionOptions, SessionOptions>? change = null) =>
        new([Device("m4", 7, LaneRole.Driver, driver)], [Device("m4", 7, LaneRole.Device, device)], change);

    private static byte[] Sealed(LaneOutput output, FrameType type, ReadOnlySpan<byte> payload)
    {
        Parsed.Write(output, payload, type, epoch: 0);
        return Parsed.Take(output);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(23)]
    [InlineData(24)]
    [InlineData(25)]
    [InlineData(1000)]
    [InlineData(int.MaxValue)]
    public void Exchange_InPiecesOfAnySize_EstablishesAndCarriesLaneFrames(int piece)
    {
        RecordingLane driver = new();
        RecordingLane device = new();
        SessionPair pair = OneDevice(driver, device);
        pair.Exchange(piece);
        Assert.Equal(SessionState.Established, pair.Initiator.Session.State);
        Assert.Equal(SessionState.Established, pair.Acceptor.Session.State);
        Assert.Equal(1u, pair.Initiator.Session.Connection);
        Assert.Equal(1u, pair.Acceptor.Session.Connection);
        Assert.Equal("beta", pair.Initiator.Session.Peer!.Gateway);
        Assert.Equal("alpha", pair.Acceptor.Session.Peer!.Gateway);

        Parsed.Write(driver.Output!, [1, 2, 3]);
        Parsed.Write(driver.Output!, [4]);
        Parsed.Write(device.Output!, [9]);
        pair.Exchange(piece);
        Assert.Equal([[1, 2, 3], [4]], device.Payloads);
        Assert.Equal([[9]], driver.Payloads);
    }

    [Fact]
    public void Feed_SplitAtEveryByte_SameOutcome()
    {
        SessionPair original = OneDevice();
        Assert.True(original.Initiator.Session.Control.TryTake(out ReadOnlyMemory<byte> hello));
        byte[] stream = hello.ToArray();
        for (int split = 0; split <= stream.Length; split++)
        {
            SessionPair pair = OneDevice();
            pair.Acceptor.Feed(stream.AsSpan(0, split), pair.Now);
            Assert.Equal(split == stream.Length ? SessionState.Established : SessionState.Greeting, pair.Acceptor.Session.State);
            pair.Acceptor.Feed(stream.AsSpan(split), pair.Now);
            Assert.Equal(SessionState.Established, pair.Acceptor.Session.State);
        }
    }

    [Theory]
    [InlineData(0u, 0u, 1u)] // the smaller instance dials: odd
    [InlineData(4u, 0u, 5u)]
    [InlineData(0u, 9u, 11u)]
    [InlineData(7u, 7u, 9u)]
    public void Exchange_LastConnectionsOfBoth_NumberIsAboveBothOnBothSides(uint initiatorLast, uint acceptorLast, uint expected)
    {
        ConnectionCounter initiator = new();
        ConnectionCounter acceptor = new();
        Assert.Equal(initiatorLast > 0, initiator.TryTake(initiatorLast));
        Assert.Equal(acceptorLast > 0, acceptor.TryTake(acceptorLast));
        SessionPair pair = new([], [], initiatorCounter: initiator, acceptorCounter: acceptor);
        pair.Exchange();
        Assert.Equal((expected, expected), (pair.Initiator.Session.Connection, pair.Acceptor.Session.Connection));
        Assert.Equal((expected, expected), (initiator.Last, acceptor.Last));
    }

    [Fact]
    public void Exchange_BothSidesDialAtOnce_NumbersDifferAndTheOlderIsRefused()
    {
        ConnectionCounter alpha = new();
        ConnectionCounter beta = new();
        SessionOptions alphaOptions = new() { Gateway = "alpha", Instance = 1 };
        SessionOptions betaOptions = new() { Gateway = "beta", Instance = 2 };
        SessionEnd alphaDials = new(new LinkSession(alphaOptions, [], true, alpha, default));
        SessionEnd betaAnswers = new(new LinkSession(betaOptions, [], false, beta, default));
        SessionEnd betaDials = new(new LinkSession(betaOptions, [], true, beta, default));
        SessionEnd alphaAnswers = new(new LinkSession(alphaOptions, [], false, alpha, default));

        // Both hellos arrive before either answer does.
        alphaDials.MoveTo(betaAnswers, int.MaxValue, default);
        betaDials.MoveTo(alphaAnswers, int.MaxValue, default);
        betaAnswers.MoveTo(alphaDials, int.MaxValue, default);
        alphaAnswers.MoveTo(betaDials, int.MaxValue, default);

        Assert.Equal(1u, betaAnswers.Session.Connection);
        Assert.Equal(2u, alphaAnswers.Session.Connection);
        Assert.Equal(2u, betaDials.Session.Connection);
        Assert.Equal(SessionState.Closing, alphaDials.Session.State);
        Assert.Equal(CloseReason.Replaced, alphaDials.Session.Reason);
    }

    [Fact]
    public void Exchange_ConnectionNumbersUsedUp_ProtocolViolation()
    {
        ConnectionCounter counter = new();
        Assert.True(counter.TryTake(uint.MaxValue - 1));
        SessionPair pair = new([], [], initiatorCounter: counter);
        pair.Exchange();
        Assert.Equal(CloseReason.ProtocolViolation, pair.Acceptor.Session.Reason);
        Assert.Equal(CloseReason.ProtocolViolation, pair.Initiator.Session.Reason);
    }

    [Fact]
    public void Lanes_DevicesDiffer_NumberedByTheInitiatorsListAndRefusalsOnBothSides()
    {
        SessionPair pair = new(
            [Device("only-a", 7, LaneRole.Driver), Device("two", 7, LaneRole.Driver), Device("role", 7, LaneRole.Driver), Device("id", 7, LaneRole.Driver), Device("one", 1, LaneRole.Device)],
            [Device("one", 1, LaneRole.Driver), Device("id", 8, LaneRole.Device), Device("two", 7, LaneRole.Device), Device("role", 7, LaneRole.Driver), Device("only-b", 7, LaneRole.Device)]);
        pair.Exchange();
        foreach (LinkSession session in (LinkSession[])[pair.Initiator.Session, pair.Acceptor.Session])
        {
            Assert.Equal(["two", "one"], session.Lanes.Select(lane => lane.Registration.Device));
            Assert.Equal([1, 2], session.Lanes.Select(lane => (int)lane.Number));
            Assert.Equal(
                [
                    "Device only-a is configured only at the gateway that dialled.",
                    "Device role has the driver side at both gateways; one must have the other side.",
                    "Device id has virtio id 7 at the gateway that dialled and 8 at the other.",
                    "Device only-b is configured only at the gateway that was dialled.",
                ],
                session.Refusals);
        }
    }

    [Fact]
    public void Hello_NoCommonVersion_BothSidesLearnIt()
    {
        SessionPair pair = OneDevice(change: options => options with { VersionMinimum = 2, VersionMaximum = 5 });
        pair.Exchange();
        Assert.Equal(CloseReason.VersionMismatch, pair.Acceptor.Session.Reason);
        Assert.False(pair.Acceptor.Session.ClosedByPeer);
        Assert.Equal(CloseReason.VersionMismatch, pair.Initiator.Session.Reason);
        Assert.True(pair.Initiator.Session.ClosedByPeer);
        Assert.Equal(SessionState.Closed, pair.Initiator.Session.State);
    }

    [Fact]
    public void Hello_OfThisVeryProcess_ProtocolViolation()
    {
        SessionPair pair = OneDevice(change: options => options with { Instance = 2 });
        pair.Exchange();
        Assert.Equal(CloseReason.ProtocolViolation, pair.Acceptor.Session.Reason);
        Assert.Contains("itself", pair.Acceptor.Session.ReasonText, StringComparison.Ordinal);
    }

    [Fact]
    public void Hello_NotAdmitted_ClosedUnansweredWithThatReason()
    {
        SessionPair pair = OneDevice();
        pair.Acceptor.Session.Admit = hello => (CloseReason.SimultaneousOpen, $"not {hello.Gateway}");
        pair.Exchange();
        Assert.Equal(CloseReason.SimultaneousOpen, pair.Initiator.Session.Reason);
        Assert.Equal("not alpha", pair.Initiator.Session.ReasonText);
        Assert.Null(pair.Initiator.Session.Peer);
    }

    [Fact]
    public void Hello_Second_UnexpectedFrame()
    {
        SessionPair pair = OneDevice();
        pair.Exchange();
        byte[] payload = new byte[FrameHeader.MaximumPayload];
        int length = RawPeer.HelloOf("alpha", LaneRole.Driver).Write(payload);
        pair.Acceptor.Feed(Sealed(pair.Initiator.Session.Control, FrameType.Hello, payload.AsSpan(0, length)), pair.Now);
        Assert.Equal(CloseReason.UnexpectedFrame, pair.Acceptor.Session.Reason);
    }

    [Theory]
    [InlineData(FrameType.Ping)]
    [InlineData(FrameType.Pong)]
    [InlineData(FrameType.LaneOpen)]
    [InlineData(FrameType.Posted)]
    [InlineData((FrameType)200)]
    public void Frame_BeforeHello_UnexpectedFrame(FrameType type)
    {
        SessionPair pair = OneDevice();
        pair.Acceptor.Feed(Sealed(new LaneOutput(0, 0), type, new byte[8]), pair.Now);
        Assert.Equal(CloseReason.UnexpectedFrame, pair.Acceptor.Session.Reason);
        Assert.Equal(SessionState.Closing, pair.Acceptor.Session.State);
    }

    [Theory]
    [InlineData(FrameType.LaneOpen)]
    [InlineData(FrameType.Posted)]
    [InlineData((FrameType)0)]
    public void Frame_OnLaneZeroThatBelongsElsewhere_UnexpectedFrame(FrameType type)
    {
        SessionPair pair = OneDevice();
        pair.Exchange();
        pair.Acceptor.Feed(Sealed(pair.Initiator.Session.Control, type, new byte[8]), pair.Now);
        Assert.Equal(CloseReason.UnexpectedFrame, pair.Acceptor.Session.Reason);
    }

    [Theory]
    [InlineData(FrameType.Ping)]
    [InlineData(FrameType.Pong)]
    public void Ping_OfWrongLength_BadFrame(FrameType type)
    {
        SessionPair pair = OneDevice();
        pair.Exchange();
        pair.Acceptor.Feed(Sealed(pair.Initiator.Session.Control, type, new byte[7]), pair.Now);
        Assert.Equal(CloseReason.BadFrame, pair.Acceptor.Session.Reason);
    }

    [Fact]
    public void DeviceLane_FirstFrameIsNotLaneOpen_UnexpectedFrame()
    {
        SessionPair pair = OneDevice();
        pair.Exchange();
        SessionLane lane = NewLane();
        LaneOutput output = new(1, 1);
        Parsed.Write(output, [1]);
        Parsed frame = Parsed.All(Joined(), Parsed.Take(output))[0];
        Assert.Equal(CloseReason.UnexpectedFrame, Assert.Throws<LinkProtocolException>(() => lane.Accept(frame.Header, frame.Payload)).Reason);
    }

    [Fact]
    public void DeviceLane_LaneOpenNamesAnotherDevice_ProtocolViolation()
    {
        Parsed frame = OpenFrame("m5");
        Assert.Equal(CloseReason.ProtocolViolation, Assert.Throws<LinkProtocolException>(() => NewLane().Accept(frame.Header, frame.Payload)).Reason);
    }

    [Fact]
    public void DeviceLane_LaneOpenTwice_UnexpectedFrame()
    {
        SessionLane lane = NewLane();
        Parsed frame = OpenFrame("m4");
        Assert.False(lane.Accept(frame.Header, frame.Payload));
        Assert.Equal(CloseReason.UnexpectedFrame, Assert.Throws<LinkProtocolException>(() => lane.Accept(frame.Header, frame.Payload)).Reason);
    }

    [Fact]
    public void DeviceLane_FaultyFrame_ClosesTheConnection()
    {
        SessionPair pair = OneDevice();
        pair.Exchange();
        LaneOutput lane = pair.Initiator.Outputs[0];
        Parsed.Write(lane, [], FrameType.Ping);
        pair.Exchange();
        Assert.Equal(CloseReason.UnexpectedFrame, pair.Acceptor.Session.Reason);
        Assert.Equal(CloseReason.UnexpectedFrame, pair.Initiator.Session.Reason);
        Assert.True(pair.Initiator.Session.ClosedByPeer);
    }

    [Fact]
    public void Tick_HelloNeverComes_HelloTimeoutAtItsDeadline()
    {
        SessionPair pair = OneDevice();
        LinkSession session = pair.Acceptor.Session;
        Assert.Equal(pair.Now + TimeSpan.FromSeconds(5), session.Deadline);
        pair.Advance(TimeSpan.FromSeconds(4.999));
        Assert.Equal(SessionState.Greeting, session.State);
        pair.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(CloseReason.HelloTimeout, session.Reason);
    }

    [Fact]
    public void Tick_PeerSilent_PingsEachThirdThenKeepAliveTimeout()
    {
        SessionPair pair = OneDevice();
        pair.Exchange();
        LinkSession session = pair.Initiator.Session;
        for (int third = 1; third <= 2; third++)
        {
            Assert.Equal(pair.Now + TimeSpan.FromSeconds(5), session.Deadline);
            pair.Advance(TimeSpan.FromSeconds(5));
            Assert.Equal(FrameType.Ping, Assert.Single(Parsed.All(JoinedAfterHello(2 + (uint)third), Parsed.Take(session.Control))).Header.Type);
        }

        pair.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(CloseReason.KeepAliveTimeout, session.Reason);
        Assert.Equal(SessionState.Closing, session.State);
        pair.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(SessionState.Closed, session.State);
        Assert.Equal(TimeSpan.MaxValue, session.Deadline);
    }

    [Fact]
    public void OnBytes_WithinIdleLimit_KeepsTheConnection()
    {
        SessionPair pair = OneDevice();
        pair.Exchange();
        for (int i = 0; i < 10; i++)
        {
            pair.Advance(TimeSpan.FromSeconds(14));
            pair.Initiator.Session.OnBytes(pair.Now);
            pair.Acceptor.Session.OnBytes(pair.Now);
        }

        pair.Advance(TimeSpan.FromSeconds(14.9));
        Assert.Equal(SessionState.Established, pair.Initiator.Session.State);
    }

    [Fact]
    public void RoundTrip_AfterPong_IsTheMeasuredTime()
    {
        SessionPair pair = OneDevice();
        pair.Exchange();
        Assert.Equal(TimeSpan.Zero, pair.Initiator.Session.RoundTrip);
        pair.Advance(TimeSpan.FromSeconds(5));
        pair.Initiator.MoveTo(pair.Acceptor, int.MaxValue, pair.Now);
        pair.Advance(TimeSpan.FromMilliseconds(30));
        pair.Acceptor.MoveTo(pair.Initiator, int.MaxValue, pair.Now);
        Assert.Equal(TimeSpan.FromMilliseconds(30), pair.Initiator.Session.RoundTrip);
    }

    [Fact]
    public void Ping_FloodWithoutReading_FlowViolation()
    {
        SessionPair pair = OneDevice();
        pair.Exchange();
        for (int i = 0; i < 5000 && pair.Acceptor.Session.Reason == CloseReason.None; i++)
            pair.Acceptor.Feed(Sealed(pair.Initiator.Session.Control, FrameType.Ping, new byte[8]), pair.Now);
        Assert.Equal(CloseReason.FlowViolation, pair.Acceptor.Session.Reason);
    }

    [Fact]
    public void Close_Twice_FirstReasonWinsAndPeerGetsIt()
    {
        SessionPair pair = OneDevice();
        pair.Exchange();
        pair.Initiator.Session.Close(CloseReason.Shutdown, "stop", pair.Now);
        pair.Initiator.Session.Close(CloseReason.InternalError, "later", pair.Now);
        pair.Initiator.Session.OnTransportEnded("cut");
        pair.Exchange();
        Assert.Equal((CloseReason.Shutdown, "stop"), (pair.Initiator.Session.Reason, pair.Initiator.Session.ReasonText));
        Assert.Equal((CloseReason.Shutdown, "stop"), (pair.Acceptor.Session.Reason, pair.Acceptor.Session.ReasonText));
        Assert.True(pair.Acceptor.Session.ClosedByPeer);
        Assert.Equal(SessionState.Closed, pair.Acceptor.Session.State);
    }

    [Fact]
    public void Frames_WhileClosing_AreDiscarded()
    {
        RecordingLane device = new();
        SessionPair pair = OneDevice(device: device);
        pair.Exchange();
        pair.Acceptor.Session.Close(CloseReason.Shutdown, "stop", pair.Now);
        Parsed.Write(pair.Initiator.Outputs[0], [1]);
        pair.Initiator.MoveTo(pair.Acceptor, int.MaxValue, pair.Now);
        Assert.Empty(device.Payloads);
        Assert.Equal(CloseReason.Shutdown, pair.Acceptor.Session.Reason);
    }

    [Fact]
    public void Close_Malformed_StillCloses()
    {
        SessionPair pair = OneDevice();
        pair.Exchange();
        pair.Acceptor.Feed(Sealed(pair.Initiator.Session.Control, FrameType.Close, [1]), pair.Now);
        Assert.Equal(SessionState.Closed, pair.Acceptor.Session.State);
        Assert.Equal(CloseReason.BadFrame, pair.Acceptor.Session.Reason);
    }

    private static SessionLane NewLane() => new(1, 1, Device("m4", 7, LaneRole.Driver));

    private static FrameParser Joined()
    {
        FrameParser parser = new();
        parser.Join(1, 1);
        return parser;
    }

    private static Parsed OpenFrame(string name)
    {
        byte[] payload = new byte[64];
        LaneOutput output = new(1, 1);
        Parsed.Write(output, payload.AsSpan(0, LaneOpen.Write(payload, name)), FrameType.LaneOpen, epoch: 0);
        return Parsed.All(Joined(), Parsed.Take(output))[0];
    }

    /// <summary>A parser that has seen lane 0 up to this sequence number.</summary>
    private static FrameParser JoinedAfterHello(uint next)
    {
        FrameParser parser = Joined();
        LaneOutput replay = new(0, 1);
        for (uint i = 0; i < next; i++)
            Parsed.Write(replay, [], FrameType.Pong, epoch: 0);
        if (next > 0)
            Parsed.All(parser, Parsed.Take(replay));
        return parser;
    }
}
