using Bridge.Link;
using Bridge.Link.Frames.Device;
using Bridge.Relay.Tests.Rigs;
using Bridge.Virtio;

namespace Bridge.Relay.Tests;

/// <summary>A reset waits for the device side, but never longer than it may, and never for a link that is not there.</summary>
public sealed class ResetTests
{
    private static void Answer(DriverRig rig) => rig.Give(FrameType.DeviceStatus, PeerFrames.Status(0, rig.Relay.DriverLife));

    [Fact]
    public void Reset_LinkUp_CompletesWithTheAnswer()
    {
        using DriverRig rig = new DriverRig().Run();
        (uint epoch, ulong life, long epochs) = (rig.Epoch, rig.Relay.DriverLife, rig.Counters.Epochs);
        rig.Relay.Reset();
        Assert.Equal(DeviceStatus.None, rig.Relay.Status);
        Assert.Empty(rig.Relay.ReadStatus().Queues);
        Frame sent = Assert.Single(rig.PumpAndTake());
        Assert.Equal((FrameType.SetDeviceStatus, epoch + 1), (sent.Type, sent.Epoch));
        Assert.Equal(new DeviceStatusPayload(0, rig.Relay.DriverLife), DeviceStatusPayload.Read(sent.Type, sent.Payload));
        Assert.NotEqual(life, rig.Relay.DriverLife);
        Assert.Equal(epochs + 1, rig.Counters.Epochs);
        Assert.Equal(1, rig.Driver.ResetsDone);
        Answer(rig);
        rig.Pump();
        Assert.Equal(2, rig.Driver.ResetsDone);
        Assert.Null(rig.Relay.Deadline);
    }

    [Fact]
    public void Reset_ByStatusZero_IsTheSame()
    {
        using DriverRig rig = new DriverRig().Run();
        rig.Relay.SetStatus(DeviceStatus.None);
        Assert.Equal(FrameType.SetDeviceStatus, Assert.Single(rig.PumpAndTake()).Type);
        Answer(rig);
        rig.Pump();
        Assert.Equal(2, rig.Driver.ResetsDone);
    }

    [Fact]
    public void Reset_WithoutLink_CompletesAtOnceAndIsBroughtOverLater()
    {
        using DriverRig rig = new DriverRig().Run();
        uint epoch = rig.Epoch;
        rig.Peer.Down();
        rig.Relay.Reset();
        rig.Pump();
        Assert.Equal(2, rig.Driver.ResetsDone);
        rig.Peer.Up();
        rig.Give(FrameType.DeviceInfo, PeerFrames.Info(rig.Offers));
        rig.Peer.Take();
        // The device side still has the old epoch.
        rig.Give(FrameType.ResumeDevice, PeerFrames.Resume(0xBAD, DriverRig.DeviceLife, 0, (byte)FakeDriver.Running, new QueueProgress(0, 1, 9, 9)), epoch);
        Assert.Empty(rig.PumpAndTake());
        rig.Driver.Start();
        Frame first = rig.PumpAndTake()[0];
        Assert.Equal((FrameType.SetDeviceStatus, epoch + 1, (byte)0), (first.Type, first.Epoch, first.Payload[0]));
        Assert.Empty(rig.Driver.ResetDemands);
    }

    [Fact]
    public void Reset_LinkLostMeanwhile_CompletesAtOnce()
    {
        using DriverRig rig = new DriverRig().Run();
        rig.Relay.Reset();
        rig.Pump();
        Assert.Equal(1, rig.Driver.ResetsDone);
        rig.Peer.Down();
        rig.Pump();
        Assert.Equal(2, rig.Driver.ResetsDone);
    }

    [Fact]
    public void Reset_NoAnswer_CompletesAfterItsTimeAndSaysSo()
    {
        using DriverRig rig = new DriverRig().Run();
        rig.Relay.Reset();
        rig.Pump();
        Assert.Equal((rig.Time.Now + DriverRelay.DefaultResetTimeout).Ticks, rig.Relay.Deadline);
        rig.Time.Advance(DriverRelay.DefaultResetTimeout - TimeSpan.FromTicks(1));
        rig.Pump();
        Assert.Equal(1, rig.Driver.ResetsDone);
        rig.Time.Advance(TimeSpan.FromTicks(1));
        rig.Pump();
        Assert.Equal(2, rig.Driver.ResetsDone);
        Assert.Contains("1000 ms", Assert.Single(rig.Log.Of("ResetTimedOut")), StringComparison.Ordinal);
        Assert.Null(rig.Relay.Deadline);
    }

    [Fact]
    public void Reset_PeerNeverStatesAnything_CompletesAfterItsTime()
    {
        using DriverRig rig = new DriverRig().Run();
        rig.Peer.Down();
        rig.Peer.Up();
        rig.Relay.Reset();
        rig.Pump();
        Assert.Equal(1, rig.Driver.ResetsDone);
        rig.Time.Advance(DriverRelay.DefaultResetTimeout);
        rig.Pump();
        Assert.Equal(2, rig.Driver.ResetsDone);
    }

    [Fact]
    public void Reset_WithATimeOfItsOwn_KeepsIt()
    {
        using var driver = new FakeDriver(1 << 14);
        var time = new Simulation.VirtualTime();
        var relay = new DriverRelay("dev", driver, time, new CapturedLog(), TimeSpan.FromMilliseconds(20));
        relay.Reset();
        Assert.Equal((time.Now + TimeSpan.FromMilliseconds(20)).Ticks, relay.Deadline);
    }

    [Fact]
    public void Answer_AfterTheTimeout_ChangesNothing()
    {
        using DriverRig rig = new DriverRig().Run();
        rig.Relay.Reset();
        rig.Pump();
        rig.Time.Advance(DriverRelay.DefaultResetTimeout);
        rig.Pump();
        rig.Driver.Start();
        rig.Pump();
        Answer(rig);
        rig.Pump();
        Assert.Equal(2, rig.Driver.ResetsDone);
        Assert.Equal(FakeDriver.Running, rig.Relay.Status);
        Assert.Equal(2, rig.Relay.ReadStatus().Queues.Count);
    }

    [Fact]
    public void Answer_OfAnEarlierReset_IsStale()
    {
        using DriverRig rig = new DriverRig().Run();
        rig.Relay.Reset();
        rig.Pump();
        (uint firstEpoch, ulong firstLife) = (rig.Epoch, rig.Relay.DriverLife);
        rig.Relay.Reset();
        rig.Pump();
        rig.Give(FrameType.DeviceStatus, PeerFrames.Status(0, firstLife), firstEpoch);
        rig.Give(FrameType.DeviceStatus, PeerFrames.Status(0, firstLife));
        rig.Pump();
        Assert.Equal((1, 2L), (rig.Driver.ResetsDone, rig.Counters.Stale));
        Answer(rig);
        rig.Pump();
        Assert.Equal(2, rig.Driver.ResetsDone);
    }

    [Fact]
    public void Reset_BeforeTheEarlierOneWasTold_WaitsForItsOwnAnswer()
    {
        using DriverRig rig = new DriverRig().Run();
        rig.Relay.Reset();
        rig.Pump();
        Answer(rig);
        rig.Relay.Reset(); // As a port does that is told something else first.
        rig.Pump();
        Assert.Equal(1, rig.Driver.ResetsDone);
        Answer(rig);
        rig.Pump();
        Assert.Equal(2, rig.Driver.ResetsDone);
    }

    [Fact]
    public void Used_OfTheLifeBefore_IsStaleWhileTheResetWaits()
    {
        using DriverRig rig = new DriverRig().Run();
        rig.Driver.Lend(0, [], [64]);
        rig.Pump();
        (uint epoch, uint generation) = (rig.Epoch, rig.Generation(0));
        rig.Relay.Reset();
        byte[] before = rig.Driver.Snapshot();
        rig.Give(FrameType.Used, PeerFrames.Used(0, generation, 0, [PeerFrames.Element(0, 64, PeerFrames.Bytes(64))]), epoch);
        Assert.Equal(1, rig.Counters.Stale);
        Assert.Equal(before, rig.Driver.Snapshot());
    }

    [Fact]
    public void DeviceSide_Reset_StopsTheDeviceAndAnswersInTheNewEpoch()
    {
        using DeviceRig rig = new DeviceRig().Run();
        rig.GivePosted(0, 0, PeerFrames.Chain([8], [], PeerFrames.Bytes(8)));
        rig.Give(FrameType.SetDeviceStatus, PeerFrames.Status(0, 0x2222), DeviceRig.Epoch + 1);
        Assert.Equal((1, 1), (rig.Device.Starts, rig.Device.Stops));
        Assert.Equal(0, rig.Relay.InFlight);
        Frame answer = Assert.Single(rig.PumpAndTake());
        Assert.Equal((FrameType.DeviceStatus, DeviceRig.Epoch + 1), (answer.Type, answer.Epoch));
        Assert.Equal(new DeviceStatusPayload(0, 0x2222), DeviceStatusPayload.Read(answer.Type, answer.Payload));

        // Bursts of the life before are counted and not applied.
        rig.GivePosted(1, 0, PeerFrames.Chain([8], [], PeerFrames.Bytes(8)));
        Assert.Equal(1, rig.Counters.Stale);
    }

    [Fact]
    public void DeviceSide_ResetTwice_StopsOnce()
    {
        using DeviceRig rig = new DeviceRig().Run();
        rig.Give(FrameType.SetDeviceStatus, PeerFrames.Status(0, 2));
        rig.Give(FrameType.SetDeviceStatus, PeerFrames.Status(0, 3));
        Assert.Equal(1, rig.Device.Stops);
        rig.Relay.Dispose();
        Assert.Equal(1, rig.Device.Stops);
    }
}
