using Bridge.Link;
using Bridge.Relay.Tests.Rigs;

namespace Bridge.Relay.Tests;

/// <summary>The host brings a relay's frames, its ports' calls and its clock into one turn, and keeps what goes wrong there to this device.</summary>
public sealed class DeviceHostTests : IAsyncLifetime, IDisposable
{
    private readonly ManualTime _time = new();
    private readonly CapturedLog _log = new();
    private readonly FakeRelay _relay;
    private readonly DeviceHost _host;
    private readonly ILaneHandler _lane;
    private readonly List<(uint Connection, CloseReason Reason, string Text)> _closed = [];

    public DeviceHostTests()
    {
        _relay = new FakeRelay(_time);
        _host = new DeviceHost(_relay, _time, _log);
        _lane = _host;
        _lane.CloseConnection = (connection, reason, text) => _closed.Add((connection, reason, text));
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _host.DisposeAsync();

    public void Dispose() => _relay.Dispose();

    private void Frame(uint connection, params byte[] payload) => _lane.OnFrame(new FrameHeader(FrameHeader.Size + payload.Length, 0, FrameType.Used, 0, 1, connection, 0, 0), payload);

    private string[] Calls()
    {
        string[] calls = [.. _relay.Calls];
        _relay.Calls.Clear();
        return calls;
    }

    [Fact]
    public void Batch_ReachesTheRelayInOrderAndInOneStep()
    {
        _lane.OnLaneUp(new LaneOutput(1, 7));
        Assert.Equal(["up 7", "pump"], Calls());
        Frame(7, 1);
        Frame(7, 2);
        Assert.Empty(Calls());
        _lane.OnBatchEnd();
        Assert.Equal(["frame 34 01", "frame 34 02", "pump"], Calls());
        _lane.OnLaneDown(7);
        Assert.Equal(["down", "pump"], Calls());
        Assert.Equal(0, _relay.Counters.Stale);
    }

    [Fact]
    public void Step_FlushesWhatTheRelayWroteAndGoesOnWhenThereIsRoom()
    {
        var output = new LaneOutput(1, 7);
        int flushed = 0;
        output.Flushed = () => flushed++;
        _lane.OnLaneUp(output);
        Assert.Equal(1, flushed);
        Calls();
        output.Writable!();
        Assert.Equal(["pump"], Calls());
        Assert.Equal(2, flushed);
        _lane.OnLaneDown(7);
        _host.Turn.Run();
        Assert.Equal(2, flushed);
    }

    [Fact]
    public void Step_RelayHasMore_IsCalledAgain()
    {
        _relay.More = true;
        _host.Turn.Run();
        Assert.Equal(["pump", "pump"], Calls());
    }

    [Fact]
    public void Fault_InAFrame_ClosesTheConnectionAndSkipsItsRest()
    {
        _relay.Received = header => throw new LinkProtocolException(CloseReason.ProtocolViolation, "no such chain");
        _lane.OnLaneUp(new LaneOutput(1, 7));
        Calls();
        Frame(7, 1);
        Frame(7, 2);
        _lane.OnBatchEnd();
        Assert.Equal(["frame 34 01", "down", "pump"], Calls());
        Assert.Equal([(7u, CloseReason.ProtocolViolation, "dev: no such chain")], _closed);
        Assert.Equal((1, 1), (_relay.Counters.ProtocolFaults, _relay.Counters.Stale));
        Assert.Contains("ProtocolViolation: no such chain", Assert.Single(_log.Of("PeerFault")), StringComparison.Ordinal);
        Assert.Null(_host.Failure);

        // The link notices later; then another connection comes, and all is well.
        _lane.OnLaneDown(7);
        Assert.Equal(["pump"], Calls());
        Assert.Equal(1, _relay.Counters.Stale);
        _relay.Received = null;
        _lane.OnLaneUp(new LaneOutput(1, 8));
        Frame(8, 3);
        _lane.OnBatchEnd();
        Assert.Equal(["up 8", "pump", "frame 34 03", "pump"], Calls());
    }

    [Fact]
    public void Frames_OfAnotherConnection_AreCountedAsStale()
    {
        _lane.OnLaneUp(new LaneOutput(1, 7));
        Calls();
        Frame(6, 1);
        _lane.OnBatchEnd();
        _lane.OnLaneDown(6);
        Assert.Equal(["pump", "pump"], Calls());
        Assert.Equal(1, _relay.Counters.Stale);
    }

    [Fact]
    public void Defect_InTheRelay_ClosesTheConnectionAndStopsThisDeviceForGood()
    {
        _lane.OnLaneUp(new LaneOutput(1, 7));
        var defect = new InvalidOperationException("a defect");
        _relay.Pumped = () => throw defect;
        _host.Turn.Run();
        Assert.Same(defect, _host.Failure);
        Assert.Equal([(7u, CloseReason.InternalError, "dev: a defect")], _closed);
        Assert.Contains("a defect", Assert.Single(_log.Of("DeviceFailed")), StringComparison.Ordinal);
        Calls();

        // What still comes is neither looked at nor kept, so that it can never be too much.
        for (int i = 0; i < 1000; i++)
        {
            Frame(7, 1, 2, 3);
            _lane.OnBatchEnd();
        }

        _lane.OnLaneDown(7);
        _lane.OnLaneUp(new LaneOutput(1, 8));
        Assert.Empty(Calls());
        Assert.Single(_closed);
    }

    [Fact]
    public void Defect_WhileAFrameIsApplied_StopsThisDeviceToo()
    {
        _lane.OnLaneUp(new LaneOutput(1, 7));
        _relay.Received = _ => throw new InvalidOperationException("a defect");
        Frame(7);
        _lane.OnBatchEnd();
        Assert.NotNull(_host.Failure);
        Assert.Equal(CloseReason.InternalError, Assert.Single(_closed).Reason);
    }

    [Fact]
    public void Flow_BeyondTheLimit_IsAFaultOfTheConnection()
    {
        _relay.Limit = 100;
        _lane.OnLaneUp(new LaneOutput(1, 7));
        Frame(7, new byte[70]);
        LinkProtocolException fault = Assert.Throws<LinkProtocolException>(() => Frame(7, new byte[70]));
        Assert.Equal(CloseReason.FlowViolation, fault.Reason);
        Assert.Contains("dev: more than 100 bytes", fault.Message, StringComparison.Ordinal);
        _lane.OnBatchEnd();
        Frame(7, new byte[70]);

        // The limit is the relay's, asked anew for every frame.
        _relay.Limit = 1000;
        _lane.OnBatchEnd();
        Frame(7, new byte[700]);
    }

    [Fact]
    public async Task Ask_Anything_IsAnsweredInsideTheTurn()
    {
        bool inStep = false;
        _relay.Pumped = () => inStep = true;
        Assert.True(await _host.Ask(() => inStep).Within());
        InvalidOperationException failure = await Assert.ThrowsAsync<InvalidOperationException>(() => _host.Ask<int>(() => throw new InvalidOperationException("asked badly")).Within());
        Assert.Equal("asked badly", failure.Message);
        Assert.Null(_host.Failure);
    }

    [Fact]
    public async Task Ask_AfterTheEndOrADefect_IsStillAnswered()
    {
        _relay.Pumped = () => throw new InvalidOperationException("a defect");
        _host.Turn.Run();
        Assert.Equal(5, await _host.Ask(() => 5).Within());
        await _host.DisposeAsync();
        Assert.Equal(6, await _host.Ask(() => 6).Within());
        Calls();
        _host.Turn.Run();
        Assert.Empty(Calls());
    }

    [Fact]
    public async Task Dispose_EndsTheRelayAndItsTimer()
    {
        _relay.Due = _time.GetTimestamp() + TimeSpan.TicksPerSecond;
        _host.Turn.Run();
        Assert.Equal(1, _time.Armed);
        await _host.DisposeAsync();
        Assert.Equal("dispose", Calls()[^1]);
        Assert.Equal(0, _time.Armed);
    }

    [Fact]
    public void Deadline_OfTheRelay_BringsATurn()
    {
        _relay.Due = _time.GetTimestamp() + TimeSpan.FromMilliseconds(1500).Ticks;
        _host.Turn.Run();
        Calls();
        _time.Advance(TimeSpan.FromMilliseconds(1499));
        Assert.Empty(Calls());
        _relay.Pumped = () => _relay.Due = null;
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(["pump"], Calls());
        Assert.Equal(0, _time.Armed);
    }

    [Fact]
    public void Deadline_TimerFiresTooEarly_IsSetOnceMore()
    {
        long due = _time.GetTimestamp() + TimeSpan.FromMilliseconds(1000).Ticks;
        _relay.Due = due;
        _relay.Pumped = () => _relay.Due = _time.GetTimestamp() >= due ? null : due;
        _time.Early = TimeSpan.FromMilliseconds(3);
        _host.Turn.Run();
        _time.Advance(TimeSpan.FromMilliseconds(997.5));
        Assert.NotNull(_relay.Due);
        Assert.Equal(1, _time.Armed);
        _time.Advance(TimeSpan.FromMilliseconds(2.5));
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Null(_relay.Due);
    }

    [Fact]
    public void Deadline_OfFractionsOfAMillisecond_IsRoundedUp()
    {
        _relay.Due = _time.GetTimestamp() + 5; // Half a microsecond: rounded down it would be a timer for 0 ms, again and again.
        _host.Turn.Run();
        Calls();
        _time.Advance(TimeSpan.FromTicks(5));
        Assert.Empty(Calls());
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.NotEmpty(Calls());
    }

    [Fact]
    public void Deadline_InThePast_BringsATurnAtOnce()
    {
        // Just one millisecond ago is what a timer takes for "never".
        _relay.Due = _time.GetTimestamp() - TimeSpan.TicksPerMillisecond;
        _host.Turn.Run();
        Calls();
        _relay.Pumped = () => _relay.Due = null;
        _time.Advance(TimeSpan.Zero);
        Assert.Equal(["pump"], Calls());
    }
}
