using Bridge.Link;
using Bridge.Link.Frames.Device;
using Bridge.Relay.Tests.Rigs;
using Bridge.Virtio;

namespace Bridge.Relay.Tests;

/// <summary>What a hostile driver side can send to a device side: each violation closes the connection with its reason, and the device sees whole chains only.</summary>
public sealed class DeviceRelayHostilePeerTests
{
    private static byte[] Chain(int length = 16, int seed = 1) => PeerFrames.Chain([(uint)length], [], PeerFrames.Bytes(length, seed));

    private static byte[] Posted(ulong first, ulong confirmed, byte[][] chains, int? count = null) =>
        PeerFrames.Posted(1, DeviceRig.Generation, first, confirmed, chains, count);

    /// <summary>Gives the device all that waits, and takes it.</summary>
    private static List<Chain> TakeAll(DeviceRig rig)
    {
        rig.Pump();
        var chains = new List<Chain>();
        while (rig.Device.Take(1) is { } chain)
            chains.Add(chain);
        return chains;
    }

    [Theory]
    [InlineData(0)] // Repeated.
    [InlineData(2)] // A gap.
    [InlineData(ulong.MaxValue)]
    public void Posted_OutOfSequence_IsProtocolViolation(ulong first)
    {
        using DeviceRig rig = new DeviceRig().Run();
        rig.GivePosted(0, 0, Chain());
        Assert.Single(TakeAll(rig));
        rig.RefusesWhole(CloseReason.ProtocolViolation, FrameType.Posted, Posted(first, 0, [Chain()]));
    }

    [Fact]
    public void Posted_BeyondTheCredit_IsFlowViolationAndWholeChainsStay()
    {
        using DeviceRig rig = new DeviceRig(ringSize: 16, places: 4).Run();
        rig.GivePosted(0, 0, Chain(), Chain());
        rig.Refuses(CloseReason.FlowViolation, FrameType.Posted, Posted(2, 0, [Chain(), Chain(), Chain()]));
        Assert.Equal((4UL, 4), (rig.Queue(1).Posted, rig.Queue(1).InFlight));
        Assert.Equal(4, TakeAll(rig).Count);
    }

    [Fact]
    public void Posted_CreditOfUsedButUnconfirmedChains_IsStillTaken()
    {
        using DeviceRig rig = new DeviceRig(places: 2).Run();
        rig.GivePosted(0, 0, Chain(), Chain());
        foreach (Chain chain in TakeAll(rig))
            rig.Device.Use(1, chain, []);
        Assert.Equal(FrameType.Used, Assert.Single(rig.PumpAndTake()).Type);
        rig.RefusesWhole(CloseReason.FlowViolation, FrameType.Posted, Posted(2, 0, [Chain()]));
        rig.GivePosted(2, confirmed: 2, Chain(), Chain());
        Assert.Equal(2, TakeAll(rig).Count);
    }

    [Theory]
    [InlineData(new uint[] { 257 }, new uint[] { })]
    [InlineData(new uint[] { 1, 1 }, new uint[] { 240 })] // 16 + 16 + 240: every segment begins at a multiple of 16.
    [InlineData(new uint[] { }, new uint[] { uint.MaxValue, uint.MaxValue })]
    public void Posted_ChainBeyondThePlace_IsFlowViolation(uint[] readable, uint[] writable)
    {
        using DeviceRig rig = new DeviceRig(placeSize: 256).Run();
        rig.RefusesWhole(CloseReason.FlowViolation, FrameType.Posted, Posted(0, 0, [PeerFrames.Chain(readable, writable, PeerFrames.Bytes(257))]));
        // The place was not spoilt by the attempt.
        rig.GivePosted(0, 0, PeerFrames.Chain([1, 1], [224], [7, 8]));
        Chain chain = Assert.Single(TakeAll(rig));
        Assert.Equal([7, 8], rig.Device.Read(chain));
        Assert.Equal(224UL, chain.WritableLength);
    }

    [Fact]
    public void Posted_MoreSegmentsThanTheRingHas_IsFlowViolation()
    {
        using DeviceRig rig = new DeviceRig(ringSize: 4, places: 4).Run();
        rig.RefusesWhole(CloseReason.FlowViolation, FrameType.Posted, Posted(0, 0, [PeerFrames.Chain([1, 1, 1], [1, 1], [1, 2, 3])]));
        rig.GivePosted(0, 0, PeerFrames.Chain([1, 1], [1, 1], [1, 2]));
        Assert.Single(TakeAll(rig));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1025, 0)]
    [InlineData(65535, 65535)]
    public void Posted_ImpossibleNumberOfSegments_IsBadFrame(int readable, int writable)
    {
        using DeviceRig rig = new DeviceRig().Run();
        byte[] shape = new byte[4 + 4 * 2048];
        PostedPayload.WriteChain(shape, readable, writable);
        rig.RefusesWhole(CloseReason.BadFrame, FrameType.Posted, Posted(0, 0, [shape]));
    }

    [Fact]
    public void Posted_CutInTheShape_IsBadFrame()
    {
        using DeviceRig rig = new DeviceRig().Run();
        byte[] chain = PeerFrames.Chain([16, 16], [8], PeerFrames.Bytes(32));
        for (int length = 0; length < PostedPayload.ShapeSize(3); length++)
            rig.RefusesWhole(CloseReason.BadFrame, FrameType.Posted, Posted(0, 0, [chain[..length]], count: 1));
    }

    [Fact]
    public void Posted_CutChainThatIsNotTheLast_IsBadFrame()
    {
        using DeviceRig rig = new DeviceRig().Run();
        rig.RefusesWhole(CloseReason.BadFrame, FrameType.Posted, Posted(0, 0, [PeerFrames.Chain([200], [], PeerFrames.Bytes(8))], count: 2));
    }

    [Fact]
    public void Posted_TrailingBytes_IsBadFrameAndWholeChainsStay()
    {
        using DeviceRig rig = new DeviceRig().Run();
        rig.Refuses(CloseReason.BadFrame, FrameType.Posted, [.. Posted(0, 0, [Chain()]), 0]);
        Assert.Equal(PeerFrames.Bytes(16), rig.Device.Read(Assert.Single(TakeAll(rig))));
    }

    [Theory]
    [InlineData(3)] // Never sent.
    [InlineData(0)] // Taken back.
    [InlineData(ulong.MaxValue)]
    public void Posted_ImpossibleConfirmation_IsProtocolViolation(ulong confirmed)
    {
        using DeviceRig rig = new DeviceRig().Run();
        rig.GivePosted(0, 0, Chain(), Chain());
        foreach (Chain chain in TakeAll(rig))
            rig.Device.Use(1, chain, []);
        rig.PumpAndTake();
        rig.GivePosted(0, confirmed: 1);
        rig.RefusesWhole(CloseReason.ProtocolViolation, FrameType.Posted, Posted(2, confirmed, [Chain()]));
    }

    [Fact]
    public void PostedMore_WithNothingOpen_IsProtocolViolation()
    {
        using DeviceRig rig = new DeviceRig().Run();
        rig.RefusesWhole(CloseReason.ProtocolViolation, FrameType.PostedMore, PeerFrames.More(1, DeviceRig.Generation, 0, 0, PeerFrames.Bytes(4)));
    }

    [Theory]
    [InlineData(1, 8, 4)] // Another chain.
    [InlineData(0, 7, 4)] // Bytes that came before.
    [InlineData(0, 9, 4)] // A gap.
    [InlineData(0, 8, 193)] // More than the chain announced.
    [InlineData(0, ulong.MaxValue, 4)]
    public void PostedMore_NotTheContinuation_IsProtocolViolation(ulong sequence, ulong offset, int length)
    {
        using DeviceRig rig = new DeviceRig().Run();
        rig.GivePosted(0, 0, PeerFrames.Chain([200], [], PeerFrames.Bytes(8)));
        rig.RefusesWhole(CloseReason.ProtocolViolation, FrameType.PostedMore, PeerFrames.More(1, DeviceRig.Generation, sequence, offset, PeerFrames.Bytes(length)));
    }

    [Fact]
    public void Posted_WhileAChainIsOpen_IsProtocolViolationUnlessItOnlyConfirms()
    {
        using DeviceRig rig = new DeviceRig().Run();
        byte[] bytes = PeerFrames.Bytes(200);
        rig.GivePosted(0, 0, PeerFrames.Chain([200], [], bytes[..8]));
        rig.GivePosted(0, 0);
        rig.RefusesWhole(CloseReason.ProtocolViolation, FrameType.Posted, Posted(0, 0, [Chain()]));
        rig.RefusesWhole(CloseReason.ProtocolViolation, FrameType.Posted, Posted(1, 0, [Chain()]));
        rig.Give(FrameType.PostedMore, PeerFrames.More(1, DeviceRig.Generation, 0, 8, bytes[8..100]));
        Assert.Empty(TakeAll(rig));
        rig.Give(FrameType.PostedMore, PeerFrames.More(1, DeviceRig.Generation, 0, 100, bytes[100..]));
        Assert.Equal(bytes, rig.Device.Read(Assert.Single(TakeAll(rig))));
    }

    [Theory]
    [InlineData(FrameType.Posted)]
    [InlineData(FrameType.PostedMore)]
    public void Data_QueueThatIsNotSet_IsProtocolViolation(FrameType type)
    {
        using DeviceRig rig = new();
        rig.Up();
        rig.Give(FrameType.SetDeviceStatus, PeerFrames.Status(0, DeviceRig.Life));
        rig.Give(FrameType.SetVirtqueue, PeerFrames.SetQueue(1, DeviceRig.Generation));
        // Not started, then: started without queue 0, and queues that no device has.
        Refused(1);
        rig.Give(FrameType.SetDriverFeatures, PeerFrames.Features(VirtioFeatures.Version1));
        rig.Give(FrameType.SetDeviceStatus, PeerFrames.Status((byte)FakeDriver.Running, DeviceRig.Life));
        Refused(0);
        Refused(2);
        Refused(ushort.MaxValue);

        void Refused(ushort queue) => rig.RefusesWhole(CloseReason.ProtocolViolation, type, type == FrameType.Posted
            ? PeerFrames.Posted(queue, DeviceRig.Generation, 0, 0, [Chain()])
            : PeerFrames.More(queue, DeviceRig.Generation, 0, 0, [1]));
    }

    [Fact]
    public void Data_OfAnotherEpochOrGeneration_IsCountedAndDiscarded()
    {
        using DeviceRig rig = new DeviceRig().Run();
        foreach (uint epoch in new[] { 0u, DeviceRig.Epoch - 1, DeviceRig.Epoch + 1 })
        {
            rig.Give(FrameType.Posted, Posted(0, 0, [Chain()]), epoch);
            rig.Give(FrameType.PostedMore, PeerFrames.More(1, DeviceRig.Generation, 0, 0, [1]), epoch);
            rig.Give(FrameType.SetVirtqueue, PeerFrames.SetQueue(0, 9), epoch);
            rig.Give(FrameType.SetDriverFeatures, PeerFrames.Features(ulong.MaxValue), epoch);
            rig.Give(FrameType.SetDeviceStatus, PeerFrames.Status((byte)FakeDriver.Running, DeviceRig.Life), epoch);
        }

        rig.Give(FrameType.SetDeviceStatus, PeerFrames.Status((byte)FakeDriver.Running, DeviceRig.Life + 1));
        rig.Give(FrameType.Posted, PeerFrames.Posted(1, DeviceRig.Generation - 1, 0, 0, [Chain()]));
        rig.Give(FrameType.PostedMore, PeerFrames.More(1, DeviceRig.Generation + 1, 0, 0, [1]));
        Assert.Equal(18, rig.Counters.Stale);
        Assert.Equal((1, 0), (rig.Device.Starts, rig.Device.Stops));
        Assert.Empty(TakeAll(rig));
    }

    [Fact]
    public void Life_ThatNeverBegan_TakesNothing()
    {
        using DeviceRig rig = new();
        rig.Up();
        rig.Give(FrameType.SetDriverFeatures, PeerFrames.Features(VirtioFeatures.Version1), epoch: 0);
        rig.Give(FrameType.SetVirtqueue, PeerFrames.SetQueue(0, 1), epoch: 0);
        rig.Give(FrameType.SetDeviceStatus, PeerFrames.Status((byte)FakeDriver.Running, driverLife: 0), epoch: 0);
        Assert.Equal(3, rig.Counters.Stale);
        Assert.Equal(0, rig.Device.Starts);
        Assert.Equal(DeviceStatus.None, rig.Relay.Status);
    }

    [Theory]
    [InlineData(FrameType.DeviceInfo)]
    [InlineData(FrameType.ResumeDevice)]
    [InlineData(FrameType.DeviceStatus)]
    [InlineData(FrameType.EventConfiguration)]
    [InlineData(FrameType.Used)]
    [InlineData(FrameType.UsedMore)]
    [InlineData(FrameType.Configuration)]
    [InlineData((FrameType)36)]
    [InlineData((FrameType)255)]
    public void Frame_OfTheOtherRoleOrUnknown_IsUnexpected(FrameType type)
    {
        using DeviceRig rig = new DeviceRig().Run();
        rig.RefusesWhole(CloseReason.UnexpectedFrame, type, PeerFrames.Bytes(32));
        rig.RefusesWhole(CloseReason.UnexpectedFrame, type, PeerFrames.Bytes(32), epoch: 1);
    }

    [Theory]
    [InlineData(FrameType.SetDriverFeatures)]
    [InlineData(FrameType.SetVirtqueue)]
    [InlineData(FrameType.SetDeviceStatus)]
    [InlineData(FrameType.Posted)]
    [InlineData(FrameType.PostedMore)]
    public void Frame_BeforeTheStatement_IsUnexpected(FrameType type)
    {
        using DeviceRig rig = new DeviceRig().Run();
        rig.Peer.Down();
        rig.Peer.Up();
        rig.RefusesWhole(CloseReason.UnexpectedFrame, type, PeerFrames.Bytes(32));
        Assert.Equal((1, 0), (rig.Device.Starts, rig.Device.Stops));
    }

    [Fact]
    public void Statement_Twice_IsUnexpected()
    {
        using DeviceRig rig = new DeviceRig().Run();
        rig.RefusesWhole(CloseReason.UnexpectedFrame, FrameType.ResumeDriver, PeerFrames.Resume(DeviceRig.Life, 0, 0, 0));
    }

    [Fact]
    public void Life_Zero_IsProtocolViolation()
    {
        using DeviceRig rig = new DeviceRig().Run();
        rig.RefusesWhole(CloseReason.ProtocolViolation, FrameType.SetDeviceStatus, PeerFrames.Status(0, 0));
        rig.Peer.Down();
        rig.Peer.Up();
        rig.RefusesWhole(CloseReason.ProtocolViolation, FrameType.ResumeDriver, PeerFrames.Resume(0, 0, 0, 0));
        Assert.False(rig.Relay.Live);
    }

    [Theory]
    [InlineData(2, 1)]
    [InlineData(ushort.MaxValue, 1)]
    [InlineData(0, 0)]
    public void SetVirtqueue_Impossible_IsProtocolViolation(ushort queue, uint generation)
    {
        using DeviceRig rig = new();
        rig.Up();
        rig.Give(FrameType.SetDeviceStatus, PeerFrames.Status(0, DeviceRig.Life));
        rig.RefusesWhole(CloseReason.ProtocolViolation, FrameType.SetVirtqueue, PeerFrames.SetQueue(queue, generation));
    }

    [Fact]
    public void SetVirtqueue_WhileTheDeviceRuns_IsProtocolViolation()
    {
        using DeviceRig rig = new DeviceRig().Run();
        rig.RefusesWhole(CloseReason.ProtocolViolation, FrameType.SetVirtqueue, PeerFrames.SetQueue(0, DeviceRig.Generation + 1));
    }

    [Fact]
    public void Features_ThatWereNotOffered_NeedAResetAndStartNothing()
    {
        using DeviceRig rig = new();
        rig.Up();
        rig.Begin(VirtioFeatures.Version1 | VirtioFeatures.InOrder | 1UL << 2);
        Frame status = rig.PumpAndTake().Last();
        Assert.Equal(FrameType.DeviceStatus, status.Type);
        Assert.Equal(new DeviceStatusPayload((byte)(FakeDriver.Running | DeviceStatus.NeedsReset), DeviceRig.Life), DeviceStatusPayload.Read(status.Type, status.Payload));
        Assert.Contains("IN_ORDER", Assert.Single(rig.Log.Of("NeedsReset")), StringComparison.Ordinal);
        Assert.Equal(0, rig.Device.Starts);

        // What was under way when the driver side heard of it is no fault; and nothing but a reset helps.
        rig.GivePosted(0, 0, Chain());
        rig.Give(FrameType.SetDriverFeatures, PeerFrames.Features(VirtioFeatures.Version1));
        rig.Give(FrameType.SetDeviceStatus, PeerFrames.Status((byte)FakeDriver.Running, DeviceRig.Life));
        Assert.Equal(1, rig.Counters.Stale);
        Assert.Equal(0, rig.Device.Starts);
        rig.Begin();
        Assert.Equal((1, 1UL << 32 | VirtioFeatures.EventIndex), (rig.Device.Starts, rig.Device.Features));
    }

    [Fact]
    public void SetDeviceStatus_WithNeedsReset_IsNotTheDriverSidesToSay()
    {
        using DeviceRig rig = new DeviceRig().Run();
        rig.Give(FrameType.SetDeviceStatus, PeerFrames.Status((byte)(FakeDriver.Running | DeviceStatus.NeedsReset), DeviceRig.Life));
        Assert.Equal(FakeDriver.Running, rig.Relay.Status);
        rig.GivePosted(0, 0, Chain());
        Assert.Single(TakeAll(rig));
    }
}
