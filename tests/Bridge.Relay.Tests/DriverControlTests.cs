using Bridge.Link;
using Bridge.Link.Frames.Device;
using Bridge.Relay.Tests.Rigs;
using Bridge.Virtio;

namespace Bridge.Relay.Tests;

/// <summary>The driver side's control behaviour as whole tables: what is brought over, and what each frame does in each state.</summary>
public sealed class DriverControlTests
{
    private const DeviceStatus Known = DeviceStatus.Acknowledge | DeviceStatus.Driver;
    private const DeviceStatus Agreed = Known | DeviceStatus.FeaturesOk;
    private const DeviceStatus Legacy = Known | DeviceStatus.DriverOk;
    private const ulong Features = VirtioFeatures.Version1 | 1;

    /// <summary>Driver status; what goes to a device side that knows nothing, in this order (virtio 1.2, 3.1.1).</summary>
    public static TheoryData<DeviceStatus, string> Fresh => new()
    {
        { DeviceStatus.None, "" },
        { DeviceStatus.Acknowledge, "status 0, status 1" },
        { Known, "status 0, status 3" },
        { Agreed, "status 0, features, status 11" },
        { FakeDriver.Running, "status 0, features, queue 0, queue 1, status 15" },
        { Legacy, "status 0, features, queue 0, queue 1, status 7" },
        { Known | DeviceStatus.Failed, "status 0, status 131" },
        { FakeDriver.Running | DeviceStatus.Failed, "status 0, features, queue 0, queue 1, status 143" },
    };

    [Theory]
    [MemberData(nameof(Fresh))]
    public void BringOver_DeviceSideKnowsNothing_SendsAll(DeviceStatus status, string sent)
    {
        using DriverRig rig = StartedWithoutLink(status);
        rig.Up();
        Assert.Equal(sent, Describe(rig.Peer.Take()));
        Assert.Equal("", Describe(rig.PumpAndTake()));
    }

    /// <summary>Driver status; what the device side states that it has (status, features, whether its queues are set); what goes to it.</summary>
    public static TheoryData<DeviceStatus, DeviceStatus, bool, bool, string> Differences => new()
    {
        { DeviceStatus.None, DeviceStatus.None, false, false, "" },
        { DeviceStatus.Acknowledge, DeviceStatus.None, false, false, "status 1" },
        { Known, DeviceStatus.Acknowledge, false, false, "status 3" },
        { Agreed, Known, false, false, "features, status 11" },
        { Agreed, Known, true, false, "status 11" },
        { Agreed, Agreed, true, false, "" },
        { FakeDriver.Running, DeviceStatus.None, false, false, "features, queue 0, queue 1, status 15" },
        { FakeDriver.Running, Agreed, true, false, "queue 0, queue 1, status 15" },
        { FakeDriver.Running, Agreed, true, true, "status 15" },
        { FakeDriver.Running, FakeDriver.Running, true, true, "" },
        { FakeDriver.Running, FakeDriver.Running, false, true, "features" },
    };

    [Theory]
    [MemberData(nameof(Differences))]
    public void BringOver_DeviceSideKnowsTheLife_SendsTheDifference(DeviceStatus status, DeviceStatus stated, bool features, bool queues, string sent)
    {
        using DriverRig rig = StartedWithoutLink(status);
        rig.Peer.Up();
        rig.Give(FrameType.DeviceInfo, PeerFrames.Info(rig.Offers));
        QueueProgress[] progress = queues ? [new QueueProgress(0, rig.Generation(0), 0, 0), new QueueProgress(1, rig.Generation(1), 0, 0)] : [];
        rig.Give(FrameType.ResumeDevice, PeerFrames.Resume(rig.Relay.DriverLife, DriverRig.DeviceLife, features ? Features : 0, (byte)stated, progress));
        rig.Peer.Take();
        Assert.Equal(sent, Describe(rig.PumpAndTake()));
        Assert.Equal("", Describe(rig.PumpAndTake()));
        Assert.Equal(1, rig.Counters.Resumed);
    }

    [Fact]
    public void BringOver_NoDriverHasStarted_SendsNothingUntilItResets()
    {
        using DriverRig rig = new();
        rig.Up();
        rig.Peer.Take();
        Assert.Equal("", Describe(rig.PumpAndTake()));
        rig.Relay.Reset();
        Assert.Equal("status 0", Describe(rig.PumpAndTake()));
    }

    [Fact]
    public void BringOver_TransportFull_GoesOnWhereItStopped()
    {
        // Room for one frame at a time: every step of the initialisation waits for the pump.
        using DriverRig rig = StartedWithoutLink(FakeDriver.Running, capacity: FrameHeader.MaximumFrame + 256);
        rig.Up();
        var sent = new List<Frame>(rig.Peer.Take());
        for (int i = 0; i < 10; i++)
            sent.AddRange(rig.PumpAndTake());
        Assert.Equal("status 0, features, queue 0, queue 1, status 15", Describe(sent));
    }

    [Fact]
    public void Frames_OfTheRelay_AllNameTheEpochAndTheLife()
    {
        using DriverRig rig = StartedWithoutLink(FakeDriver.Running);
        rig.Up();
        List<Frame> sent = rig.Peer.Take();
        Assert.All(sent, frame => Assert.Equal(rig.Epoch, frame.Epoch));
        Assert.All(sent.Where(frame => frame.Type == FrameType.SetDeviceStatus), frame => Assert.Equal(rig.Relay.DriverLife, DeviceStatusPayload.Read(frame.Type, frame.Payload).DriverLife));
        ResumePayload resume = ResumePayload.Read(FrameType.ResumeDriver, sent[0].Payload);
        Assert.Equal((rig.Relay.DriverLife, 0UL, Features, (byte)FakeDriver.Running), (resume.DriverLife, resume.DeviceLife, resume.Features, resume.Status));
        Assert.Equal([new QueueProgress(0, rig.Generation(0), 0, 0), new QueueProgress(1, rig.Generation(1), 0, 0)], resume.Queues);
    }

    /// <summary>
    /// What arrives on a lane on which both sides have stated where they stand, and what it does. Columns: DEVICE_INFO, RESUME_DEVICE, the answer to a reset,
    /// a status of the running device, DEVICE_NEEDS_RESET, a status of another life, EVENT_CONFIG, USED, USED of another epoch.
    /// </summary>
    public static TheoryData<string, string> Live => new()
    {
        { "idle",      "unexpected unexpected nothing    stale   stale      stale config violation stale" },
        { "resetting", "unexpected unexpected reset-done stale   stale      stale config violation stale" },
        { "reset",     "unexpected unexpected nothing    stale   stale      stale config violation stale" },
        { "agreed",    "unexpected unexpected nothing    nothing needs-reset stale config violation stale" },
        { "running",   "unexpected unexpected nothing    nothing needs-reset stale config nothing   stale" },
        { "needing",   "unexpected unexpected nothing    nothing nothing    stale config nothing   stale" },
        { "ended",     "unexpected unexpected nothing    nothing nothing    stale config stale     stale" },
    };

    [Theory]
    [MemberData(nameof(Live))]
    public void Arrival_OnALiveLane_DoesWhatTheTableSays(string state, string outcomes)
    {
        string[] expected = outcomes.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(9, expected.Length);
        for (int arrival = 0; arrival < expected.Length; arrival++)
        {
            using DriverRig rig = InState(state);
            Assert.Equal($"{state}, arrival {arrival}: {expected[arrival]}", $"{state}, arrival {arrival}: {Outcome(rig, arrival)}");
        }
    }

    [Theory]
    [InlineData("idle")]
    [InlineData("resetting")]
    [InlineData("running")]
    [InlineData("needing")]
    [InlineData("ended")]
    public void Arrival_OnANewLane_OnlyOfferAndStatementAreExpected(string state)
    {
        for (int arrival = 1; arrival < 9; arrival++)
        {
            using DriverRig rig = InState(state);
            rig.Peer.Down();
            rig.Peer.Up();
            Assert.Equal("unexpected", Outcome(rig, arrival));
        }

        // After the offer nothing but the statement is.
        for (int arrival = 2; arrival < 9; arrival++)
        {
            using DriverRig rig = InState(state);
            rig.Peer.Down();
            rig.Peer.Up();
            rig.Give(FrameType.DeviceInfo, PeerFrames.Info(rig.Offers));
            Assert.Equal("unexpected", Outcome(rig, arrival));
        }
    }

    [Fact]
    public void Offer_Unchanged_IsNotToldToThePortAgain()
    {
        using DriverRig rig = new DriverRig().Run();
        rig.Peer.Down();
        rig.Up();
        Assert.Single(rig.Driver.Offers);
    }

    [Fact]
    public void Offer_WithAnotherConfiguration_IsTold()
    {
        using DriverRig rig = new DriverRig().Run();
        rig.Give(FrameType.EventConfiguration, PeerFrames.Configuration(7, 9, 9));
        rig.Pump();
        Assert.Equal((7u, "0909"), (rig.Driver.Offers[1].ConfigurationGeneration, Convert.ToHexString(rig.Driver.Offers[1].Configuration.Span)));
        // The next connection brings the first configuration back, whatever its generation says.
        rig.Peer.Down();
        rig.UpAgain(new QueueProgress(0, rig.Generation(0), 0, 0), new QueueProgress(1, rig.Generation(1), 0, 0));
        rig.Pump();
        Assert.Equal("010203", Convert.ToHexString(rig.Driver.Offers[2].Configuration.Span));
        Assert.Empty(rig.Driver.ResetDemands);
    }

    [Fact]
    public void Offer_OfMoreQueues_ReachesADriverThatHasNotStarted()
    {
        using DriverRig rig = new();
        rig.Up();
        rig.Peer.Down();
        rig.Peer.Up();
        rig.Give(FrameType.DeviceInfo, PeerFrames.Info([.. rig.Offers, rig.Offers[0]]));
        rig.Pump();
        Assert.Equal(3, rig.Driver.Offers[1].QueueSizes.Count);
        Assert.Empty(rig.Driver.ResetDemands);
    }

    [Fact]
    public void Used_ThenLinkLost_DoorbellRingsAllTheSame()
    {
        using DriverRig rig = new DriverRig().Run();
        rig.Driver.Lend(0, [], [64]);
        rig.Pump();
        rig.GiveUsed(0, PeerFrames.Element(0, 1, [1]));
        rig.Peer.Down();
        rig.Pump();
        Assert.Equal([0], rig.Driver.Doorbells);
        Assert.Equal(1, rig.Counters.Notifications);
    }

    [Fact]
    public void Pump_TransportFull_ServesQueuesInTurn()
    {
        // Each chain fills a frame, and there is room for one: queue 0 always has another, and queue 1 comes all the same.
        using DriverRig rig = new DriverRig(placeSize: 70_000, capacity: FrameHeader.MaximumFrame + 256, window: 1 << 21).Run();
        for (int i = 0; i < 6; i++)
            rig.Driver.Lend(0, [60_000], []);
        rig.Driver.Lend(1, [60_000], []);
        var queues = new List<int>();
        for (int i = 0; i < 12; i++)
            queues.AddRange(rig.PumpAndTake().Select(frame => (int)PostedPayload.Read(frame.Payload).Queue));
        Assert.Contains(1, queues.Take(3));
        Assert.Equal(7, queues.Count);
    }

    private static DriverRig InState(string state)
    {
        if (state == "idle")
        {
            var idle = new DriverRig();
            idle.Up();
            return idle;
        }

        DriverRig rig = new DriverRig().Run();
        switch (state)
        {
            case "resetting":
                rig.Relay.Reset();
                break;
            case "reset":
                Reset(rig);
                break;
            case "agreed":
                Reset(rig);
                rig.Relay.SetStatus(Agreed);
                break;
            case "needing":
                rig.Give(FrameType.DeviceStatus, PeerFrames.Status((byte)DeviceStatus.NeedsReset, rig.Relay.DriverLife));
                break;
            case "ended":
                rig.Peer.Down();
                rig.UpAgain(new QueueProgress(0, rig.Generation(0), 5, 0), new QueueProgress(1, rig.Generation(1), 0, 0));
                break;
            default:
                Assert.Equal("running", state);
                break;
        }

        rig.Pump();
        return rig;
    }

    private static void Reset(DriverRig rig)
    {
        rig.Relay.Reset();
        rig.Pump();
        rig.Give(FrameType.DeviceStatus, PeerFrames.Status(0, rig.Relay.DriverLife));
        rig.Pump();
    }

    /// <summary>Gives the frame of that column and says what came of it.</summary>
    private static string Outcome(DriverRig rig, int arrival)
    {
        ulong life = rig.Relay.DriverLife;
        (FrameType type, byte[] payload, uint epoch) = arrival switch
        {
            0 => (FrameType.DeviceInfo, PeerFrames.Info(rig.Offers), rig.Epoch),
            1 => (FrameType.ResumeDevice, PeerFrames.Resume(life, DriverRig.DeviceLife, 0, 0), rig.Epoch),
            2 => (FrameType.DeviceStatus, PeerFrames.Status(0, life), rig.Epoch),
            3 => (FrameType.DeviceStatus, PeerFrames.Status((byte)FakeDriver.Running, life), rig.Epoch),
            4 => (FrameType.DeviceStatus, PeerFrames.Status((byte)(FakeDriver.Running | DeviceStatus.NeedsReset), life), rig.Epoch),
            5 => (FrameType.DeviceStatus, PeerFrames.Status((byte)DeviceStatus.NeedsReset, life + 1), rig.Epoch),
            6 => (FrameType.EventConfiguration, PeerFrames.Configuration(8, 8), rig.Epoch),
            7 => (FrameType.Used, PeerFrames.Used(0, Generation(rig), 0, []), rig.Epoch),
            _ => (FrameType.Used, PeerFrames.Used(0, Generation(rig), 0, []), rig.Epoch - 1),
        };
        (int offers, int demands, int done, long stale, DeviceStatus status) = Now(rig);
        try
        {
            rig.Give(type, payload, epoch);
        }
        catch (LinkProtocolException fault)
        {
            Assert.Equal((offers, demands, done, stale, status), Now(rig));
            return fault.Reason == CloseReason.UnexpectedFrame ? "unexpected" : fault.Reason == CloseReason.ProtocolViolation ? "violation" : fault.Reason.ToString();
        }

        rig.Pump();
        var outcomes = new List<string>();
        if (rig.Driver.Offers.Count > offers)
            outcomes.Add("config");
        if (rig.Driver.ResetDemands.Count > demands)
            outcomes.Add("needs-reset");
        if (rig.Driver.ResetsDone > done)
            outcomes.Add("reset-done");
        if (rig.Counters.Stale > stale)
            outcomes.Add("stale");
        Assert.Equal(outcomes.Contains("needs-reset"), status != rig.Relay.Status);
        return outcomes.Count == 0 ? "nothing" : string.Join('+', outcomes);
    }

    private static (int, int, int, long, DeviceStatus) Now(DriverRig rig) =>
        (rig.Driver.Offers.Count, rig.Driver.ResetDemands.Count, rig.Driver.ResetsDone, rig.Counters.Stale, rig.Relay.Status);

    private static uint Generation(DriverRig rig) => rig.Relay.ReadStatus().Queues is [{ } first, ..] ? first.Generation : 1;

    /// <summary>A driver that came that far while the link was down; the device side is known from an earlier connection.</summary>
    private static DriverRig StartedWithoutLink(DeviceStatus status, int capacity = 4 * FrameHeader.MaximumFrame)
    {
        var rig = new DriverRig(capacity: capacity);
        rig.Up();
        rig.Peer.Down();
        if (status == DeviceStatus.None)
            return rig;
        rig.Relay.Reset();
        rig.Pump();
        Assert.Equal(1, rig.Driver.ResetsDone);
        rig.Relay.SetFeatures(Features);
        if ((status & DeviceStatus.DriverOk) != 0)
            rig.Driver.SetQueues();
        rig.Relay.SetStatus(status);
        return rig;
    }

    private static string Describe(IEnumerable<Frame> frames) => string.Join(", ", frames.Where(frame => frame.Type != FrameType.ResumeDriver).Select(frame => frame.Type switch
    {
        FrameType.SetDeviceStatus => $"status {DeviceStatusPayload.Read(frame.Type, frame.Payload).Status}",
        FrameType.SetDriverFeatures => SetDriverFeaturesPayload.Read(frame.Payload).Features == Features ? "features" : "other features",
        FrameType.SetVirtqueue => $"queue {SetVirtqueuePayload.Read(frame.Payload).Queue}",
        _ => frame.Type.ToString(),
    }));
}
