using Bridge.Link;
using Bridge.Link.Frames.Device;
using Bridge.Relay.Tests.Rigs;
using Bridge.Virtio;

namespace Bridge.Relay.Tests;

/// <summary>A queue that its driver stops and starts again in one life, and one that is set when the device runs already.</summary>
public sealed class StoppedQueueTests
{
    private static readonly byte[] Written = PeerFrames.Bytes(16);

    [Fact]
    public void StopQueue_ReturnsWhereTheRingStands()
    {
        using DriverRig rig = RunWithChains(3);
        rig.GiveUsed(0, PeerFrames.Element(0, 16, Written));
        Assert.Equal(new RingIndices(3, 1), rig.Driver.Relay!.StopQueue(0));
        Assert.Equal(default, rig.Driver.Relay.StopQueue(7));
    }

    [Fact]
    public void StoppedQueue_UsedElements_TouchNothingUntilItIsStarted()
    {
        using DriverRig rig = RunWithChains(3);
        rig.Driver.Relay!.StopQueue(0);
        rig.Driver.Doorbells.Clear();
        byte[] before = rig.Driver.Snapshot();

        rig.GiveUsed(0, PeerFrames.Element(0, 16, Written));
        rig.GiveUsed(1, PeerFrames.Element(2, 16, Written));
        rig.Pump();
        Assert.Equal(before, rig.Driver.Snapshot());
        Assert.Empty(rig.Driver.Doorbells);
        Assert.Equal(0ul, rig.Queue(0).Used);

        rig.Driver.Relay.StartQueue(0);
        rig.Pump();
        Assert.Equal([0], rig.Driver.Doorbells);
        Assert.Equal((2ul, 1), (rig.Queue(0).Used, rig.Queue(0).InFlight));
        Assert.True(rig.Driver.Queues[0].TryTakeUsed(out UsedElement used));
        Assert.Equal(16u, used.Length);
    }

    [Fact]
    public void StoppedQueue_NewChains_AreCapturedWhenItIsStarted()
    {
        using DriverRig rig = RunWithChains(1);
        rig.Driver.Relay!.StopQueue(0);
        rig.Driver.Lend(0, [], [64]);
        Assert.Empty(rig.PumpAndTake());
        rig.Driver.Relay.StartQueue(0);
        Assert.Equal(FrameType.Posted, Assert.Single(rig.PumpAndTake()).Type);
    }

    [Fact]
    public void StoppedQueue_LinkComesBack_IsSentAgainWhatWasHeld()
    {
        using DriverRig rig = RunWithChains(2);
        rig.Driver.Relay!.StopQueue(0);
        rig.GiveUsed(0, PeerFrames.Element(0, 16, Written));
        rig.Peer.Down();
        rig.UpAgain(new QueueProgress(0, rig.Generation(0), 2, 0), new QueueProgress(1, rig.Generation(1), 0, 0));
        rig.Driver.Relay.StartQueue(0);
        // Held by the old connection only: this one brings it again, from the number that was stated.
        Assert.Equal(0ul, rig.Queue(0).Used);
        rig.GiveUsed(0, PeerFrames.Element(0, 16, Written));
        Assert.Equal(1ul, rig.Queue(0).Used);
    }

    [Fact]
    public void StoppedQueue_MoreThanCreditAllows_IsAViolation()
    {
        using DriverRig rig = RunWithChains(1);
        rig.Driver.Relay!.StopQueue(0);
        byte[] burst = PeerFrames.Used(0, rig.Generation(0), 0, [PeerFrames.Element(0, 64, PeerFrames.Bytes(64))]);
        LinkProtocolException fault = Assert.Throws<LinkProtocolException>(() =>
        {
            for (int i = 0; i < 100; i++)
                rig.Give(FrameType.Used, burst);
        });
        Assert.Equal(CloseReason.FlowViolation, fault.Reason);
    }

    /// <summary>The limit was places times their size, both of which the peer itself announces: 64 TiB a queue.</summary>
    [Fact]
    [Trait("Category", "Hostile")]
    public void StoppedQueue_OfADeviceThatOffersEnormousPlaces_HoldsNoMoreThanTheDriverLent()
    {
        using DriverRig rig = new DriverRig(places: 32768, placeSize: int.MaxValue).Run();
        rig.Driver.Lend(0, [], [64]);
        rig.PumpAndTake();
        rig.Driver.Relay!.StopQueue(0);
        byte[] burst = PeerFrames.Used(0, rig.Generation(0), 0, [PeerFrames.Element(0, 64, PeerFrames.Bytes(64))]);
        rig.Give(FrameType.Used, burst);
        Assert.Equal(CloseReason.FlowViolation, Assert.Throws<LinkProtocolException>(() => rig.Give(FrameType.Used, burst)).Reason);
    }

    /// <summary>The same for what waits for the device's turn.</summary>
    [Fact]
    [Trait("Category", "Hostile")]
    public void InboxLimit_OfADeviceThatOffersEnormousPlaces_FollowsWhatTheDriverLent()
    {
        using DriverRig rig = new DriverRig(places: 32768, placeSize: int.MaxValue).Run();
        long before = rig.Relay.InboxLimit;
        rig.Driver.Lend(0, [], [1000, 2000]);
        rig.PumpAndTake();
        Assert.InRange(before, 1, 1 << 20);
        Assert.InRange(rig.Relay.InboxLimit - before, 3000, 5 * 3000);
    }

    [Fact]
    public void StoppedQueue_WhatWasHeldBreaksTheProtocol_IsFoundWhenItIsStarted()
    {
        using DriverRig rig = RunWithChains(1);
        rig.Driver.Relay!.StopQueue(0);
        rig.GiveUsed(5, PeerFrames.Element(0, 16, Written));
        Assert.Equal(CloseReason.ProtocolViolation, Assert.Throws<LinkProtocolException>(() => rig.Driver.Relay.StartQueue(0)).Reason);
    }

    [Fact]
    public void MoveQueue_ToAWindowWithTheSameMemory_GoesOn()
    {
        using DriverRig rig = RunWithChains(2);
        using HeapMemory memory = new(1 << 16);
        var moved = new Window(new WindowRegion(FakeDriver.Base, memory));
        rig.Driver.Snapshot().CopyTo(moved.GetSpan(FakeDriver.Base, 1 << 16));
        byte[] before = rig.Driver.Snapshot();

        rig.Driver.Relay!.MoveQueue(0, moved, rig.Driver.Layouts[0]);
        rig.GiveUsed(0, PeerFrames.Element(1, 16, Written));
        rig.Pump();
        Assert.Equal(before, rig.Driver.Snapshot());
        Assert.Equal(1ul, rig.Queue(0).Used);
        Assert.Equal(new RingIndices(2, 1), RingIndices.Read(moved, rig.Driver.Layouts[0], littleEndian: true));
        Assert.Empty(rig.Driver.ResetDemands);
    }

    [Theory]
    [InlineData(0x8000)]
    [InlineData(0x10)]
    public void MoveQueue_ToAWindowWithoutWhatIsInFlight_EndsTheLife(int size)
    {
        using DriverRig rig = RunWithChains(8);
        using HeapMemory memory = new((ulong)size);
        ulong at = FakeDriver.Base + (ulong)rig.Driver.Snapshot().Length - (ulong)size;
        rig.Driver.Relay!.MoveQueue(0, new Window(new WindowRegion(at, memory)), rig.Driver.Layouts[0]);
        rig.Pump();
        Assert.Single(rig.Driver.ResetDemands);
        Assert.Empty(rig.Relay.ReadStatus().Queues);
    }

    [Fact]
    public void DeviceSide_QueueSetWhileItRuns_IsTakenOnceAndNotTwice()
    {
        using DeviceRig rig = new();
        rig.Up();
        rig.Give(FrameType.SetDeviceStatus, PeerFrames.Status(0, DeviceRig.Life));
        rig.Give(FrameType.SetDriverFeatures, PeerFrames.Features(VirtioFeatures.Version1));
        rig.Give(FrameType.SetVirtqueue, PeerFrames.SetQueue(0, DeviceRig.Generation));
        rig.Give(FrameType.SetDeviceStatus, PeerFrames.Status((byte)FakeDriver.Running, DeviceRig.Life));
        rig.Pump();
        Assert.Single(rig.Relay.ReadStatus().Queues);

        rig.Give(FrameType.SetVirtqueue, PeerFrames.SetQueue(1, DeviceRig.Generation));
        rig.GivePosted(0, 0, PeerFrames.Chain([8], [], PeerFrames.Bytes(8)));
        rig.Pump();
        Assert.Equal((1ul, 1), (rig.Queue(1).Posted, rig.Queue(1).InFlight));
        rig.Refuses(CloseReason.ProtocolViolation, FrameType.SetVirtqueue, PeerFrames.SetQueue(1, DeviceRig.Generation + 1));
    }

    private static DriverRig RunWithChains(int count)
    {
        DriverRig rig = new DriverRig().Run();
        for (int i = 0; i < count; i++)
            rig.Driver.Lend(0, [], [64]);
        rig.Pump();
        rig.Peer.Take();
        return rig;
    }
}
