using Bridge.Link;
using Bridge.Link.Frames.Device;
using Bridge.Relay.Tests.Rigs;
using Bridge.Virtio;

namespace Bridge.Relay.Tests;

/// <summary>What each side may state at a new connection, and what an impossible statement ends: the epoch, never the connection or another lane.</summary>
[Trait("Category", "Resume")]
public sealed class ResumeStatementTests
{
    /// <summary>Queue 0: sequences 0..4 were posted and sent; 0, 2 and 1 were used, in this order (used 0..2).</summary>
    private static DriverRig DriverSide()
    {
        DriverRig rig = new DriverRig().Run();
        for (int i = 0; i < 5; i++)
            rig.Driver.Lend(0, [], [64]);
        rig.Pump();
        rig.GiveUsed(0, PeerFrames.Element(0, 1, [1]), PeerFrames.Element(2, 1, [1]), PeerFrames.Element(1, 1, [1]));
        rig.Peer.Take();
        Assert.Equal((5UL, 3UL), (rig.Queue(0).Posted, rig.Queue(0).Used));
        rig.Peer.Down();
        return rig;
    }

    private static QueueProgress[] Stated(DriverRig rig, ulong posted, ulong used) =>
        [new QueueProgress(0, rig.Generation(0), posted, used), new QueueProgress(1, rig.Generation(1), 0, 0)];

    [Theory]
    [InlineData(5, 3)] // It has all and has told all.
    [InlineData(5, 5)] // It has all and used the rest meanwhile.
    [InlineData(4, 3)] // It has not got the last one.
    [InlineData(3, 3)] // It has not got the last two.
    [InlineData(4, 4)]
    public void DeviceSide_StatesWhatIsPossible_SendingGoesOnFromThere(ulong posted, ulong used)
    {
        using DriverRig rig = DriverSide();
        rig.UpAgain(Stated(rig, posted, used));
        Frame[] sent = [.. rig.PumpAndTake().Where(frame => frame.Type == FrameType.Posted)];
        Assert.Equal(posted == 5 ? 0 : 1, sent.Length); // The statement has confirmed what was used: that takes no frame.
        Assert.Equal(5 - posted, sent.Aggregate(0UL, (sum, frame) => sum + PostedPayload.Read(frame.Payload).Count));
        Assert.All(sent, frame => Assert.Equal((posted, 3UL), (PostedPayload.Read(frame.Payload).FirstSequence, PostedPayload.Read(frame.Payload).UsedConfirmed)));
        Assert.Equal((long)(5 - posted), rig.Counters.SentAgain);
        Assert.Equal(1, rig.Counters.Resumed);
        Assert.Empty(rig.Driver.ResetDemands);
        // The next used sequence is the one expected, and chain 3 can still be used.
        rig.GiveUsed(3, PeerFrames.Element(3, 1, [1]));
        Assert.Equal(4UL, rig.Queue(0).Used);
    }

    [Theory]
    [InlineData(6, 3)] // More chains than were ever sent.
    [InlineData(2, 3)] // Chain 2 was used already: it must have had it.
    [InlineData(0, 0)] // It has forgotten all.
    [InlineData(5, 2)] // It takes back what it has told.
    [InlineData(5, 6)] // It used more than it has.
    [InlineData(4, 5)]
    [InlineData(ulong.MaxValue, 3)]
    [InlineData(5, ulong.MaxValue)]
    public void DeviceSide_StatesTheImpossible_EndsTheEpochAndTellsThePortOnce(ulong posted, ulong used)
    {
        using DriverRig rig = DriverSide();
        uint generation = rig.Generation(0);
        rig.UpAgain(Stated(rig, posted, used));
        AssertEnded(rig, generation);
    }

    [Fact]
    public void DeviceSide_LacksAChainThatItUsedOutOfOrder_EndsTheEpoch()
    {
        // 0 and 2 were used, so it had 2, although it has given only two used elements.
        using DriverRig rig = new DriverRig().Run();
        for (int i = 0; i < 5; i++)
            rig.Driver.Lend(0, [], [64]);
        rig.Pump();
        rig.GiveUsed(0, PeerFrames.Element(2, 1, [1]), PeerFrames.Element(0, 1, [1]));
        uint generation = rig.Generation(0);
        rig.Peer.Down();
        rig.UpAgain(Stated(rig, posted: 2, used: 2));
        AssertEnded(rig, generation);
    }

    [Fact]
    public void DeviceSide_LinkLostInsideAnElement_SendsItOnceMoreFromItsBeginning()
    {
        using DriverRig rig = DriverSide();
        rig.UpAgain(Stated(rig, 5, 3));
        rig.GiveUsed(3, PeerFrames.Element(4, 64, PeerFrames.Bytes(10), written: 64));
        rig.Peer.Down();
        rig.UpAgain(Stated(rig, 5, 4));
        rig.Refuses(CloseReason.ProtocolViolation, FrameType.UsedMore, PeerFrames.More(0, rig.Generation(0), 3, 10, PeerFrames.Bytes(54)));
        rig.GiveUsed(3, PeerFrames.Element(4, 64, PeerFrames.Bytes(64)));
        Assert.Equal(4UL, rig.Queue(0).Used);
    }

    [Fact]
    public void DeviceSide_StatesAnotherGeneration_EndsTheEpoch()
    {
        using DriverRig rig = DriverSide();
        uint generation = rig.Generation(0);
        rig.UpAgain(new QueueProgress(0, generation + 1, 5, 3), new QueueProgress(1, rig.Generation(1), 0, 0));
        AssertEnded(rig, generation);
    }

    [Fact]
    public void DeviceSide_LacksAQueueThatWasUsed_EndsTheEpoch()
    {
        using DriverRig rig = DriverSide();
        uint generation = rig.Generation(0);
        rig.UpAgain(new QueueProgress(1, rig.Generation(1), 0, 0));
        AssertEnded(rig, generation);
    }

    [Fact]
    public void DeviceSide_LostItsLife_EndsTheEpoch()
    {
        using DriverRig rig = DriverSide();
        uint generation = rig.Generation(0);
        rig.Peer.Up();
        rig.Give(FrameType.DeviceInfo, PeerFrames.Info(rig.Offers));
        rig.Give(FrameType.ResumeDevice, PeerFrames.Resume(0, DriverRig.DeviceLife + 1, 0, 0), epoch: 0);
        AssertEnded(rig, generation);
    }

    [Fact]
    public void DeviceSide_LostItsLifeBeforeItUsedAnything_EndsTheEpochAllTheSame()
    {
        // It may have handed the chain to its device before it lost it: sending it again could be once too often.
        using DriverRig rig = new DriverRig().Run();
        rig.Driver.Lend(0, [8], []);
        rig.PumpAndTake();
        uint generation = rig.Generation(0);
        rig.Peer.Down();
        rig.Peer.Up();
        rig.Give(FrameType.DeviceInfo, PeerFrames.Info(rig.Offers));
        rig.Give(FrameType.ResumeDevice, PeerFrames.Resume(0, DriverRig.DeviceLife + 1, 0, 0), epoch: 0);
        AssertEnded(rig, generation);
    }

    [Fact]
    public void DeviceSide_LostItsLifeBeforeAnythingWasSent_IsBroughtOver()
    {
        using DriverRig rig = new DriverRig().Run();
        rig.Peer.Down();
        rig.Driver.Lend(0, [8], []);
        rig.Peer.Up();
        rig.Give(FrameType.DeviceInfo, PeerFrames.Info(rig.Offers));
        rig.Give(FrameType.ResumeDevice, PeerFrames.Resume(0, DriverRig.DeviceLife + 1, 0, 0), epoch: 0);
        Assert.Equal(FrameType.Posted, rig.PumpAndTake().Last().Type);
        Assert.Empty(rig.Driver.ResetDemands);
    }

    [Fact]
    public void DeviceSide_OffersOtherFeatures_EndsTheEpoch()
    {
        using DriverRig rig = DriverSide();
        uint generation = rig.Generation(0);
        QueueProgress[] stated = Stated(rig, 5, 3);
        rig.Peer.Up();
        rig.Give(FrameType.DeviceInfo, PeerFrames.Info(DeviceTable.Rpmsg, VirtioFeatures.Version1, rig.Offers));
        rig.Give(FrameType.ResumeDevice, PeerFrames.Resume(rig.Relay.DriverLife, DriverRig.DeviceLife, 0, (byte)FakeDriver.Running, stated));
        AssertEnded(rig, generation);
    }

    [Fact]
    public void DeviceSide_NeverHeardOfTheEpoch_IsBroughtOverWithoutLoss()
    {
        // The frames that began this epoch were lost with the connection; the device side still is the one that was told.
        using DriverRig rig = new DriverRig().Run();
        rig.Driver.Lend(0, [], [64]);
        rig.PumpAndTake();
        rig.Peer.Down();
        rig.Peer.Up();
        rig.Give(FrameType.DeviceInfo, PeerFrames.Info(rig.Offers));
        rig.Peer.Take();
        rig.Give(FrameType.ResumeDevice, PeerFrames.Resume(0xBAD, DriverRig.DeviceLife, 0, 0), epoch: 1);
        Assert.Equal(
            [FrameType.SetDeviceStatus, FrameType.SetDriverFeatures, FrameType.SetVirtqueue, FrameType.SetVirtqueue, FrameType.SetDeviceStatus, FrameType.Posted],
            rig.PumpAndTake().Select(frame => frame.Type));
        Assert.Empty(rig.Driver.ResetDemands);
        Assert.Equal(1, rig.Counters.SentAgain);
    }

    [Fact]
    public void EndedLife_FramesOfItThatAreUnderWay_AreCountedNotFaults()
    {
        using DriverRig rig = DriverSide();
        uint generation = rig.Generation(0);
        rig.UpAgain(Stated(rig, 6, 3));
        rig.Pump();
        byte[] before = rig.Driver.Snapshot();
        rig.Give(FrameType.Used, PeerFrames.Used(0, generation, 3, [PeerFrames.Element(3, 1, [1])]));
        rig.Give(FrameType.UsedMore, PeerFrames.More(0, generation, 3, 0, [1]));
        Assert.Equal(2, rig.Counters.Stale);
        Assert.Equal(before, rig.Driver.Snapshot());
    }

    private static void AssertEnded(DriverRig rig, uint generation)
    {
        byte[] before = rig.Driver.Snapshot();
        rig.PumpAndTake();
        Assert.Single(rig.Driver.ResetDemands);
        Assert.NotEqual(DeviceStatus.None, rig.Relay.Status & DeviceStatus.NeedsReset);
        Assert.Single(rig.Log.Of("EpochEnds"));
        Assert.Equal(0, rig.Relay.InFlight);
        // The connection stays, nothing goes out or comes in for this life, and the driver is not told twice.
        Assert.True(rig.Relay.Live);
        rig.Give(FrameType.DeviceStatus, PeerFrames.Status((byte)DeviceStatus.NeedsReset, rig.Relay.DriverLife));
        Assert.Empty(rig.PumpAndTake());
        Assert.Single(rig.Driver.ResetDemands);
        Assert.Equal(before, rig.Driver.Snapshot());

        // The driver's reset begins another life, with generations that never were before.
        uint epoch = rig.Epoch;
        rig.Relay.Reset();
        Assert.Equal(FrameType.SetDeviceStatus, Assert.Single(rig.PumpAndTake()).Type);
        rig.Give(FrameType.DeviceStatus, PeerFrames.Status(0, rig.Relay.DriverLife));
        rig.Pump();
        rig.Driver.Start();
        rig.Driver.Lend(0, [], [64]);
        Assert.Equal(FrameType.Posted, rig.PumpAndTake().Last().Type);
        Assert.Equal((epoch + 1, generation + 1), (rig.Epoch, rig.Generation(0)));
    }

    /// <summary>Queue 1: three chains came (next is 3); the device used 1, 0 and 2; two of these were sent (used 0 and 1), the first was confirmed.</summary>
    private static DeviceRig DeviceSide()
    {
        DeviceRig rig = new DeviceRig().Run();
        for (ulong i = 0; i < 3; i++)
            rig.GivePosted(i, 0, PeerFrames.Chain([8], [], PeerFrames.Bytes(8, (int)i)));
        rig.Pump();
        Chain[] chains = [rig.Device.Take(1)!, rig.Device.Take(1)!, rig.Device.Take(1)!];
        rig.Device.Use(1, chains[1], []);
        rig.Device.Use(1, chains[0], []);
        Assert.Equal(2, UsedPayload.Read(Assert.Single(rig.PumpAndTake()).Payload).Count);
        rig.GivePosted(0, confirmed: 1);
        rig.Peer.Down();
        rig.Device.Use(1, chains[2], []);
        rig.Pump();
        return rig;
    }

    [Theory]
    [InlineData(3, 1, 1)] // It applied what it had confirmed; the next one was lost.
    [InlineData(3, 2, 2)] // It had applied all that was sent.
    [InlineData(9, 2, 2)] // It captured more meanwhile.
    public void DriverSide_StatesWhatIsPossible_SendingGoesOnFromThere(ulong posted, ulong used, ulong first)
    {
        using DeviceRig rig = DeviceSide();
        rig.Up(Queues(posted, used));
        Frame[] sent = [.. rig.PumpAndTake().Where(frame => frame.Type == FrameType.Used)];
        UsedPayload burst = UsedPayload.Read(Assert.Single(sent).Payload);
        Assert.Equal((first, 3 - first), (burst.FirstSequence, burst.Count));
        Assert.Equal((long)(2 - used), rig.Counters.SentAgain);
        Assert.Equal((1, 0), (rig.Device.Starts, rig.Device.Stops));
        rig.GivePosted(3, confirmed: 3, PeerFrames.Chain([8], [], PeerFrames.Bytes(8)));
        Assert.Equal((4UL, 1), (rig.Queue(1).Posted, rig.Queue(1).InFlight));
    }

    [Fact]
    public void DriverSide_LinkLostInsideAChain_SendsItOnceMoreFromItsBeginning()
    {
        using DeviceRig rig = new DeviceRig(places: 1).Run();
        byte[] bytes = PeerFrames.Bytes(200);
        rig.GivePosted(0, 0, PeerFrames.Chain([200], [], bytes[..8]));
        rig.Peer.Down();
        rig.Up(Queues(1, 0));
        Assert.Equal(0, rig.Relay.InFlight);
        rig.Refuses(CloseReason.ProtocolViolation, FrameType.PostedMore, PeerFrames.More(1, DeviceRig.Generation, 0, 8, bytes[8..]));
        rig.GivePosted(0, 0, PeerFrames.Chain([200], [], bytes));
        rig.Pump();
        Assert.Equal(bytes, rig.Device.Read(rig.Device.Take(1)!));
    }

    [Theory]
    [InlineData(2, 2)] // It takes back a chain that came.
    [InlineData(3, 0)] // It takes back a confirmation.
    [InlineData(3, 3)] // It claims to have what was never sent.
    [InlineData(0, 0)]
    [InlineData(3, ulong.MaxValue)]
    public void DriverSide_StatesTheImpossible_EndsTheEpochAndIsTold(ulong posted, ulong used)
    {
        using DeviceRig rig = DeviceSide();
        rig.Up(Queues(posted, used));
        AssertEnded(rig);
    }

    [Fact]
    public void DriverSide_StatesAnotherGeneration_EndsTheEpoch()
    {
        using DeviceRig rig = DeviceSide();
        rig.Up(new QueueProgress(0, DeviceRig.Generation, 0, 0), new QueueProgress(1, DeviceRig.Generation + 1, 3, 2));
        AssertEnded(rig);
    }

    [Fact]
    public void DriverSide_LacksAQueue_EndsTheEpoch()
    {
        using DeviceRig rig = DeviceSide();
        rig.Up(new QueueProgress(0, DeviceRig.Generation, 0, 0));
        AssertEnded(rig);
    }

    [Fact]
    public void DriverSide_AnotherLife_StopsTheDeviceAndWaitsForItsReset()
    {
        using DeviceRig rig = DeviceSide();
        rig.Peer.Up();
        rig.Peer.Take();
        rig.Give(FrameType.ResumeDriver, PeerFrames.Resume(DeviceRig.Life + 1, 0, 0, 0), DeviceRig.Epoch + 1);
        Assert.Equal((1, 1), (rig.Device.Starts, rig.Device.Stops));
        Assert.Empty(rig.PumpAndTake());
        rig.Begin();
        Assert.Equal(2, rig.Device.Starts);
    }

    private static QueueProgress[] Queues(ulong posted, ulong used) =>
        [new QueueProgress(0, DeviceRig.Generation, 0, 0), new QueueProgress(1, DeviceRig.Generation, posted, used)];

    private static void AssertEnded(DeviceRig rig)
    {
        ulong lifeBefore = StatedLife(rig.Peer.Take());
        Assert.Equal((1, 1), (rig.Device.Starts, rig.Device.Stops));
        Assert.True(rig.Relay.Live);
        Assert.Single(rig.Log.Of("EpochEnds"));
        Frame told = Assert.Single(rig.PumpAndTake());
        Assert.Equal((FrameType.DeviceStatus, DeviceRig.Epoch), (told.Type, told.Epoch));
        Assert.Equal(new DeviceStatusPayload((byte)DeviceStatus.NeedsReset, DeviceRig.Life), DeviceStatusPayload.Read(told.Type, told.Payload));

        // What the driver side sends before it has heard of it is no fault and starts nothing.
        rig.GivePosted(3, 2, PeerFrames.Chain([8], [], PeerFrames.Bytes(8)));
        rig.Give(FrameType.SetDeviceStatus, PeerFrames.Status((byte)FakeDriver.Running, DeviceRig.Life));
        Assert.Equal((1, 1), (rig.Device.Starts, rig.Device.Stops));

        // Another connection: the same verdict, and a device life by which the driver side knows that all is lost.
        rig.Peer.Down();
        rig.Up(Queues(3, 2));
        Assert.NotEqual(lifeBefore, StatedLife(rig.Peer.Take()));
        Assert.Equal((byte)DeviceStatus.NeedsReset, DeviceStatusPayload.Read(FrameType.DeviceStatus, Assert.Single(rig.PumpAndTake()).Payload).Status & (byte)DeviceStatus.NeedsReset);
        rig.Begin();
        Assert.Equal(2, rig.Device.Starts);
    }

    private static ulong StatedLife(List<Frame> frames)
    {
        Frame resume = Assert.Single(frames, frame => frame.Type == FrameType.ResumeDevice);
        return ResumePayload.Read(resume.Type, resume.Payload).DeviceLife;
    }
}
