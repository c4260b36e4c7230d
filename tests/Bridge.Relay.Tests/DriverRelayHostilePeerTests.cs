using Bridge.Link;
using Bridge.Link.Frames.Device;
using Bridge.Relay.Tests.Rigs;
using Bridge.Virtio;

namespace Bridge.Relay.Tests;

/// <summary>What a hostile device side can send to a driver side: each violation closes the connection with its reason and touches nothing that was not lent.</summary>
public sealed class DriverRelayHostilePeerTests
{
    /// <summary>Three chains are outstanding on queue 0: sequences 0 and 1 lend 64 bytes, 2 lends 32 + 16 and has 8 readable ones.</summary>
    private static DriverRig Outstanding()
    {
        DriverRig rig = new DriverRig().Run();
        rig.Driver.Lend(0, [], [64]);
        rig.Driver.Lend(0, [], [64]);
        rig.Driver.Lend(0, [8], [32, 16]);
        Frame posted = Assert.Single(rig.PumpAndTake());
        Assert.Equal(FrameType.Posted, posted.Type);
        Assert.Equal(3, PostedPayload.Read(posted.Payload).Count);
        return rig;
    }

    [Theory]
    [InlineData(1)]
    [InlineData(ulong.MaxValue)]
    public void Used_OutOfSequence_IsProtocolViolation(ulong first)
    {
        using DriverRig rig = Outstanding();
        rig.RefusesWhole(CloseReason.ProtocolViolation, FrameType.Used, PeerFrames.Used(0, rig.Generation(0), first, [PeerFrames.Element(0, 4, PeerFrames.Bytes(4))]));
    }

    [Fact]
    public void Used_Repeated_IsProtocolViolation()
    {
        using DriverRig rig = Outstanding();
        rig.GiveUsed(0, PeerFrames.Element(0, 4, PeerFrames.Bytes(4)));
        rig.RefusesWhole(CloseReason.ProtocolViolation, FrameType.Used, PeerFrames.Used(0, rig.Generation(0), 0, [PeerFrames.Element(0, 4, PeerFrames.Bytes(4))]));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(ulong.MaxValue)]
    public void Used_UnknownChain_IsProtocolViolation(ulong chain)
    {
        using DriverRig rig = Outstanding();
        rig.RefusesWhole(CloseReason.ProtocolViolation, FrameType.Used, PeerFrames.Used(0, rig.Generation(0), 0, [PeerFrames.Element(chain, 4, PeerFrames.Bytes(4))]));
    }

    [Fact]
    public void Used_ChainUsedBefore_IsProtocolViolation()
    {
        using DriverRig rig = Outstanding();
        rig.GiveUsed(0, PeerFrames.Element(1, 4, PeerFrames.Bytes(4)));
        rig.RefusesWhole(CloseReason.ProtocolViolation, FrameType.Used, PeerFrames.Used(0, rig.Generation(0), 1, [PeerFrames.Element(1, 4, PeerFrames.Bytes(4))]));
    }

    [Fact]
    public void Used_ChainOnlyPartlySent_IsProtocolViolation()
    {
        // Room for one frame: the chain's readable bytes do not fit, the rest is still to be sent.
        using DriverRig rig = new DriverRig(placeSize: 200_000, capacity: FrameHeader.MaximumFrame + 4096, window: 1 << 19).Run();
        rig.Driver.Lend(0, [100_000], [64]);
        rig.Pump();
        Assert.Equal(1, rig.Relay.InFlight);
        rig.RefusesWhole(CloseReason.ProtocolViolation, FrameType.Used, PeerFrames.Used(0, rig.Generation(0), 0, [PeerFrames.Element(0, 4, PeerFrames.Bytes(4))]));
    }

    [Fact]
    public void Used_MoreWrittenThanLent_IsProtocolViolation()
    {
        using DriverRig rig = Outstanding();
        rig.RefusesWhole(CloseReason.ProtocolViolation, FrameType.Used, PeerFrames.Used(0, rig.Generation(0), 0, [PeerFrames.Element(0, 65, PeerFrames.Bytes(65))]));
        using DriverRig longer = Outstanding();
        longer.RefusesWhole(CloseReason.ProtocolViolation, FrameType.Used,
            PeerFrames.Used(0, longer.Generation(0), 0, [PeerFrames.Element(0, uint.MaxValue, [], written: uint.MaxValue)]));
    }

    [Fact]
    public void Used_CutElementThatIsNotTheLast_IsBadFrame()
    {
        using DriverRig rig = Outstanding();
        // The second element is shorter than the first one's missing bytes, so those cannot be taken from it unnoticed.
        rig.RefusesWhole(CloseReason.BadFrame, FrameType.Used,
            PeerFrames.Used(0, rig.Generation(0), 0, [PeerFrames.Element(0, 64, PeerFrames.Bytes(4), written: 64)], count: 2));
    }

    [Fact]
    public void Used_FewerElementsThanCounted_IsBadFrame()
    {
        using DriverRig rig = Outstanding();
        rig.RefusesWhole(CloseReason.BadFrame, FrameType.Used, PeerFrames.Used(0, rig.Generation(0), 0, [], count: 1));
    }

    [Fact]
    public void Used_TrailingBytes_IsBadFrameAndWholeElementsStayApplied()
    {
        using DriverRig rig = Outstanding();
        byte[] element = PeerFrames.Element(1, 4, PeerFrames.Bytes(4));
        rig.Refuses(CloseReason.BadFrame, FrameType.Used, [.. PeerFrames.Used(0, rig.Generation(0), 0, [element]), 0]);
        Assert.Equal(1UL, rig.Queue(0).Used);
        Assert.True(rig.Driver.Queues[0].TryTakeUsed(out UsedElement used));
        Assert.Equal(4u, used.Length);
    }

    [Fact]
    public void Used_BadElementAfterGoodOnes_AppliesTheGoodOnesWhole()
    {
        using DriverRig rig = new DriverRig().Run();
        LentChain first = rig.Driver.Lend(0, [], [64]), second = rig.Driver.Lend(0, [], [64]);
        rig.Pump();
        byte[] secondBefore = rig.Driver.Read(second.Writable[0]), bytes = PeerFrames.Bytes(64, seed: 9);
        rig.Refuses(CloseReason.ProtocolViolation, FrameType.Used,
            PeerFrames.Used(0, rig.Generation(0), 0, [PeerFrames.Element(0, 64, bytes), PeerFrames.Element(1, 65, PeerFrames.Bytes(65))]));
        Assert.Equal(bytes, rig.Driver.Read(first.Writable[0]));
        Assert.Equal(secondBefore, rig.Driver.Read(second.Writable[0]));
        Assert.True(rig.Driver.Queues[0].TryTakeUsed(out UsedElement used));
        Assert.Equal((first.Head, 64u), (used.Head, used.Length));
        Assert.False(rig.Driver.Queues[0].TryTakeUsed(out _));
    }

    [Fact]
    public void Used_EmptyBurst_IsHarmless()
    {
        using DriverRig rig = Outstanding();
        byte[] before = rig.Driver.Snapshot();
        rig.GiveUsed(0);
        Assert.Equal(before, rig.Driver.Snapshot());
    }

    [Fact]
    public void Used_ReportedLengthBeyondTheChain_IsCutToIt()
    {
        using DriverRig rig = Outstanding();
        rig.GiveUsed(0, PeerFrames.Element(2, uint.MaxValue, PeerFrames.Bytes(48)), PeerFrames.Element(0, 70, []));
        Assert.True(rig.Driver.Queues[0].TryTakeUsed(out UsedElement used));
        Assert.Equal(8u + 32 + 16, used.Length); // rpmsg drivers are used to readable bytes being counted.
        Assert.True(rig.Driver.Queues[0].TryTakeUsed(out used));
        Assert.Equal(64u, used.Length);
    }

    [Theory]
    [InlineData(FrameType.Used)]
    [InlineData(FrameType.UsedMore)]
    public void Data_QueueThatIsNotSet_IsProtocolViolation(FrameType type)
    {
        using DriverRig rig = new DriverRig();
        rig.Up();
        rig.Relay.Reset();
        rig.Pump();
        foreach (ushort queue in new ushort[] { 0, 2, ushort.MaxValue })
        {
            byte[] payload = type == FrameType.Used ? PeerFrames.Used(queue, 1, 0, []) : PeerFrames.More(queue, 1, 0, 0, [1]);
            rig.RefusesWhole(CloseReason.ProtocolViolation, type, payload);
        }
    }

    [Fact]
    public void UsedMore_WithNothingOpen_IsProtocolViolation()
    {
        using DriverRig rig = Outstanding();
        rig.RefusesWhole(CloseReason.ProtocolViolation, FrameType.UsedMore, PeerFrames.More(0, rig.Generation(0), 0, 0, PeerFrames.Bytes(4)));
    }

    [Theory]
    [InlineData(1, 10, 4)] // Another used sequence.
    [InlineData(0, 9, 4)] // Bytes that came before.
    [InlineData(0, 11, 4)] // A gap.
    [InlineData(0, 10, 55)] // More than the element announced.
    [InlineData(0, ulong.MaxValue, 4)]
    public void UsedMore_NotTheContinuation_IsProtocolViolation(ulong sequence, ulong offset, int length)
    {
        using DriverRig rig = Outstanding();
        rig.GiveUsed(0, PeerFrames.Element(0, 64, PeerFrames.Bytes(10), written: 64));
        rig.RefusesWhole(CloseReason.ProtocolViolation, FrameType.UsedMore, PeerFrames.More(0, rig.Generation(0), sequence, offset, PeerFrames.Bytes(length)));
    }

    [Fact]
    public void UsedMore_InPieces_IsPublishedOnlyWhenWhole()
    {
        using DriverRig rig = new DriverRig().Run();
        LentChain lent = rig.Driver.Lend(0, [], [40, 24]);
        rig.Pump();
        byte[] bytes = PeerFrames.Bytes(64, seed: 3);
        rig.GiveUsed(0, PeerFrames.Element(0, 64, bytes[..10], written: 64));
        rig.Give(FrameType.UsedMore, PeerFrames.More(0, rig.Generation(0), 0, 10, bytes[10..50]));
        Assert.False(rig.Driver.Queues[0].HasUsed);
        rig.Give(FrameType.UsedMore, PeerFrames.More(0, rig.Generation(0), 0, 50, bytes[50..]));
        Assert.True(rig.Driver.Queues[0].TryTakeUsed(out UsedElement used));
        Assert.Equal(64u, used.Length);
        byte[] written = [.. rig.Driver.Read(lent.Writable[0]), .. rig.Driver.Read(lent.Writable[1])];
        Assert.Equal(bytes, written);
    }

    [Fact]
    public void Used_WhileAnElementIsOpen_IsProtocolViolation()
    {
        using DriverRig rig = Outstanding();
        rig.GiveUsed(0, PeerFrames.Element(0, 64, PeerFrames.Bytes(10), written: 64));
        rig.RefusesWhole(CloseReason.ProtocolViolation, FrameType.Used, PeerFrames.Used(0, rig.Generation(0), 0, [PeerFrames.Element(1, 4, PeerFrames.Bytes(4))]));
    }

    [Fact]
    public void Data_OfAnotherEpoch_IsCountedAndDiscarded()
    {
        using DriverRig rig = Outstanding();
        byte[] before = rig.Driver.Snapshot();
        byte[] used = PeerFrames.Used(0, rig.Generation(0), 0, [PeerFrames.Element(0, 4, PeerFrames.Bytes(4))]);
        foreach (uint epoch in new[] { rig.Epoch - 1, rig.Epoch + 1, 0u })
        {
            rig.Give(FrameType.Used, used, epoch);
            rig.Give(FrameType.UsedMore, PeerFrames.More(0, rig.Generation(0), 0, 0, [1]), epoch);
            rig.Give(FrameType.DeviceStatus, PeerFrames.Status((byte)DeviceStatus.NeedsReset, rig.Relay.DriverLife), epoch);
        }

        rig.Pump();
        Assert.Equal(9, rig.Counters.Stale);
        Assert.Equal(before, rig.Driver.Snapshot());
        Assert.Empty(rig.Driver.ResetDemands);
    }

    [Fact]
    public void Data_OfAnotherGeneration_IsCountedAndDiscarded()
    {
        using DriverRig rig = Outstanding();
        byte[] before = rig.Driver.Snapshot();
        rig.Give(FrameType.Used, PeerFrames.Used(0, rig.Generation(0) - 1, 0, [PeerFrames.Element(0, 4, PeerFrames.Bytes(4))]));
        rig.Give(FrameType.UsedMore, PeerFrames.More(0, rig.Generation(0) + 1, 0, 0, [1]));
        Assert.Equal(2, rig.Counters.Stale);
        Assert.Equal(before, rig.Driver.Snapshot());
    }

    [Theory]
    [InlineData(FrameType.ResumeDriver)]
    [InlineData(FrameType.SetDriverFeatures)]
    [InlineData(FrameType.SetVirtqueue)]
    [InlineData(FrameType.SetDeviceStatus)]
    [InlineData(FrameType.Posted)]
    [InlineData(FrameType.PostedMore)]
    [InlineData(FrameType.SetConfiguration)]
    [InlineData((FrameType)36)]
    [InlineData((FrameType)255)]
    public void Frame_OfTheOtherRoleOrUnknown_IsUnexpected(FrameType type)
    {
        using DriverRig rig = Outstanding();
        rig.RefusesWhole(CloseReason.UnexpectedFrame, type, PeerFrames.Bytes(32));
        rig.RefusesWhole(CloseReason.UnexpectedFrame, type, PeerFrames.Bytes(32), epoch: 0);
    }

    [Theory]
    [InlineData(FrameType.Used)]
    [InlineData(FrameType.UsedMore)]
    [InlineData(FrameType.DeviceStatus)]
    [InlineData(FrameType.EventConfiguration)]
    [InlineData(FrameType.Configuration)]
    public void Frame_BeforeTheStatement_IsUnexpected(FrameType type)
    {
        using DriverRig rig = Outstanding();
        byte[] payload = type switch
        {
            FrameType.Used => PeerFrames.Used(0, rig.Generation(0), 0, []),
            FrameType.UsedMore => PeerFrames.More(0, rig.Generation(0), 0, 0, [1]),
            FrameType.DeviceStatus => PeerFrames.Status(0, rig.Relay.DriverLife),
            FrameType.Configuration => PeerFrames.Answer(1, 2, 9),
            _ => PeerFrames.Configuration(2, 9),
        };
        rig.Peer.Down();
        rig.Peer.Up();
        rig.RefusesWhole(CloseReason.UnexpectedFrame, type, payload);
        rig.Give(FrameType.DeviceInfo, PeerFrames.Info(rig.Offers));
        rig.RefusesWhole(CloseReason.UnexpectedFrame, type, payload);
    }

    [Fact]
    public void Statements_TwiceOrInTheWrongOrder_AreUnexpected()
    {
        using DriverRig rig = Outstanding();
        byte[] info = PeerFrames.Info(rig.Offers), resume = PeerFrames.Resume(0, DriverRig.DeviceLife, 0, 0);
        rig.RefusesWhole(CloseReason.UnexpectedFrame, FrameType.DeviceInfo, info);
        rig.RefusesWhole(CloseReason.UnexpectedFrame, FrameType.ResumeDevice, resume);
        rig.Peer.Down();
        rig.Peer.Up();
        rig.RefusesWhole(CloseReason.UnexpectedFrame, FrameType.ResumeDevice, resume);
        rig.Give(FrameType.DeviceInfo, info);
        rig.RefusesWhole(CloseReason.UnexpectedFrame, FrameType.DeviceInfo, info);
    }

    [Fact]
    public void Statement_WithoutADeviceLife_IsProtocolViolation()
    {
        using DriverRig rig = new();
        rig.Peer.Up();
        rig.Give(FrameType.DeviceInfo, PeerFrames.Info(rig.Offers));
        rig.Refuses(CloseReason.ProtocolViolation, FrameType.ResumeDevice, PeerFrames.Resume(0, 0, 0, 0));
        Assert.False(rig.Relay.Live);
    }

    [Theory]
    [InlineData(5, "virtio device 5 (balloon) cannot be bridged: its requests name the driver's memory by page number")]
    [InlineData(16, "virtio device 16 (gpu) cannot be bridged: its requests name memory outside their chains")]
    [InlineData(23, "virtio device 23 (iommu) cannot be bridged")]
    [InlineData(24, "virtio device 24 (mem) cannot be bridged")]
    [InlineData(27, "virtio device 27 (pmem) cannot be bridged")]
    [InlineData(26, "virtio device 26 (fs) cannot be bridged: its DAX window")]
    [InlineData(9, "virtio device 9 is not in the device table; known: 1 (net), 2 (blk), 3 (console), 4 (rng), 7 (rpmsg), 8 (scsi)")]
    public void Offer_OfADeviceThatIsRefused_IsNotSupportedWithASentence(ushort deviceId, string sentence)
    {
        using DriverRig rig = new();
        rig.Peer.Up();
        LinkProtocolException fault = rig.Refuses(CloseReason.NotSupported, FrameType.DeviceInfo, PeerFrames.Info(deviceId, 1, rig.Offers));
        Assert.StartsWith(sentence, fault.Message, StringComparison.Ordinal);
        Assert.Contains(sentence, Assert.Single(rig.Log.Of("OfferRefused")), StringComparison.Ordinal);
        rig.Peer.Down();
        rig.Pump();
        Assert.Empty(rig.Driver.Offers);
    }

    [Fact]
    public void Offer_Refused_LeavesTheEarlierOneInForce()
    {
        using DriverRig rig = Outstanding();
        rig.Peer.Down();
        rig.Peer.Up();
        rig.RefusesWhole(CloseReason.NotSupported, FrameType.DeviceInfo, PeerFrames.Info(16, 1, rig.Offers));
        rig.Peer.Down();
        rig.UpAgain(new QueueProgress(0, rig.Generation(0), 3, 0), new QueueProgress(1, rig.Generation(1), 0, 0));
        rig.GiveUsed(0, PeerFrames.Element(0, 4, PeerFrames.Bytes(4)));
        Assert.True(rig.Driver.Queues[0].HasUsed);
        Assert.Empty(rig.Driver.ResetDemands);
    }
}
