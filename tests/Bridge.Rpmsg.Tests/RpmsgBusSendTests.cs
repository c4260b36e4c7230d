using Bridge.Virtio;

namespace Bridge.Rpmsg.Tests;

public class RpmsgBusSendTests
{
    private readonly RecordingHandler _handler = new();
    private readonly FakeRings _rings = new();
    private readonly RpmsgBus _bus;

    public RpmsgBusSendTests()
    {
        _bus = new RpmsgBus(new RpmsgOptions(), _handler);
        _bus.Attach(_rings, RpmsgFeatures.NameService | RpmsgFeatures.Flow | VirtioFeatures.Version1);
    }

    [Fact]
    public void TrySend_Message_IsHeaderAndPayload()
    {
        Assert.True(_bus.TrySend(1024, 0x11223344, "hi"u8));

        Assert.Equal(
            [0x00, 0x04, 0, 0, 0x44, 0x33, 0x22, 0x11, 0, 0, 0, 0, 2, 0, 0, 0, (byte)'h', (byte)'i'],
            Assert.Single(_rings.Sent));
        Assert.Equal((1L, 2L, 0L), (_bus.Counters.Sent, _bus.Counters.SentBytes, _bus.Counters.ControlSent));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(495)]
    [InlineData(496)]
    public void TrySend_EveryAllowedLength_GoesOut(int length)
    {
        Assert.True(_bus.TrySend(1, 2, new byte[length]));
        Assert.Equal(16 + length, _rings.Sent[0].Length);
    }

    [Fact]
    public void TrySend_LongerThanMaximumPayload_Throws()
    {
        Assert.Equal(496, _bus.MaximumPayload);
        Assert.Throws<ArgumentException>(() => _bus.TrySend(1, 2, new byte[497]));
        Assert.Empty(_rings.Sent);
    }

    [Fact]
    public void TrySend_DriverLendsSmallerBuffers_RefusesWhatNeverFits()
    {
        var bus = new RpmsgBus(new RpmsgOptions(), _handler);
        var rings = new FakeRings(bufferSize: 128);
        bus.Attach(rings, 0);

        Assert.Equal(RpmsgError.MessageTooLong, Assert.Throws<RpmsgException>(() => bus.TrySend(1, 2, new byte[113])).Error);
        Assert.True(bus.TrySend(1, 2, new byte[112]));
        Assert.True(bus.TryReserve(out Span<byte> payload));
        Assert.Equal(112, payload.Length);
    }

    [Fact]
    public void Commit_WithoutReservation_Throws()
    {
        Assert.Throws<InvalidOperationException>(() => _bus.Commit(1, 2, 0));
        Assert.True(_bus.TryReserve(out _));
        _bus.Commit(1, 2, 0);
        Assert.Throws<InvalidOperationException>(() => _bus.Commit(1, 2, 0));
    }

    [Fact]
    public void Commit_LengthBeyondTheReservation_ThrowsAndKeepsIt()
    {
        Assert.True(_bus.TryReserve(out Span<byte> payload));
        payload.Fill(7);
        Assert.Throws<ArgumentOutOfRangeException>(() => _bus.Commit(1, 2, 497));
        Assert.Throws<ArgumentOutOfRangeException>(() => _bus.Commit(1, 2, -1));
        _bus.Commit(1, 2, 496);
        Assert.Equal(512, Assert.Single(_rings.Sent).Length);
    }

    [Fact]
    public void Commit_AfterDetach_Throws()
    {
        Assert.True(_bus.TryReserve(out _));
        _bus.Detach();
        Assert.Throws<InvalidOperationException>(() => _bus.Commit(1, 2, 0));
    }

    [Fact]
    public void Announce_WhileABufferIsBeingFilled_GoesOutAfterIt()
    {
        Assert.True(_bus.TryReserve(out Span<byte> payload));
        "data"u8.CopyTo(payload);
        _bus.Announce(_bus.CreateEndpoint("echo"));
        Assert.Empty(_rings.Sent);

        _bus.Commit(1, 2, 4);

        Assert.Equal(["1>2 data", "+echo@1024"], Wire.Describe(_rings));
    }

    [Fact]
    public void TryReserve_GivenUp_DoesNotHoldControlMessagesBack()
    {
        Assert.True(_bus.TryReserve(out _));
        _bus.Announce(_bus.CreateEndpoint("echo"));
        _bus.Pump(1);
        Assert.Equal(["+echo@1024"], Wire.Describe(_rings));
        Assert.Throws<InvalidOperationException>(() => _bus.Commit(1, 2, 0));
    }

    [Fact]
    public void TryReserve_NoBuffer_BlocksUntilOneIsFreeAndPumpSaysSo()
    {
        _rings.FreeBuffers = 0;
        Assert.False(_bus.TransmitBlocked);
        Assert.False(_bus.TryReserve(out _));
        Assert.True(_bus.TransmitBlocked);
        Assert.False(_bus.Pump(1));
        Assert.False(_bus.Arm());
        Assert.Equal((true, true), _rings.Armed);

        _rings.FreeBuffers = 1;
        Assert.True(_bus.Arm());
        Assert.True(_bus.Pump(1));
        Assert.False(_bus.TransmitBlocked);
        Assert.True(_bus.TrySend(1, 2, "x"u8));
    }

    [Fact]
    public void TransmitBlocked_SenderThatHasGone_DoesNotKeepTheOwnerSpinning()
    {
        _rings.FreeBuffers = 0;
        Assert.False(_bus.TryReserve(out _));
        _rings.FreeBuffers = 5;

        Assert.True(_bus.Pump(1));
        Assert.False(_bus.Pump(1));
        Assert.False(_bus.Arm());
        Assert.Equal((true, false), _rings.Armed);
    }

    [Fact]
    public void Announce_NoBuffer_GoesOutBeforeLaterData()
    {
        _rings.FreeBuffers = 0;
        RpmsgEndpoint a = _bus.CreateEndpoint("a");
        RpmsgEndpoint b = _bus.CreateEndpoint("b");
        _bus.Announce(a);
        _bus.Announce(b);
        _bus.SendFlow(new FlowMessage(FlowKind.Open, 1024, 9, 0));
        Assert.True(_bus.TransmitBlocked);

        _rings.FreeBuffers = 2;
        Assert.False(_bus.TrySend(1024, 9, "x"u8));
        _rings.FreeBuffers = 2;
        Assert.True(_bus.TrySend(1024, 9, "x"u8));

        Assert.Equal(["+a@1024", "+b@1025", "flow Open 1024 9 0", "1024>9 x"], Wire.Describe(_rings));
        Assert.Equal(3, _bus.Counters.ControlSent);
    }

    [Fact]
    public void TrySend_BufferFreedWhileAnnouncementsWait_DoesNotOvertakeThem()
    {
        _rings.FreeBuffers = 0;
        _bus.Announce(_bus.CreateEndpoint("a"));
        _rings.FreedAfterRefusal = 1;

        Assert.False(_bus.TrySend(1024, 9, "x"u8));
        Assert.Empty(_rings.Sent);
        Assert.False(_bus.TrySend(1024, 9, "x"u8));
        Assert.True(_bus.TrySend(1024, 9, "x"u8));

        Assert.Equal(["+a@1024", "1024>9 x"], Wire.Describe(_rings));
    }

    [Fact]
    public void Pump_ControlMessagesWaiting_SendsThemAsBuffersComeFree()
    {
        _rings.FreeBuffers = 0;
        _bus.Announce(_bus.CreateEndpoint("a"));
        _bus.Announce(_bus.CreateEndpoint("b"));
        _rings.FreeBuffers = 1;
        Assert.False(_bus.Pump(1));
        Assert.True(_bus.TransmitBlocked);
        _rings.FreeBuffers = 1;
        _bus.Pump(1);
        Assert.False(_bus.TransmitBlocked);
        Assert.Equal(["+a@1024", "+b@1025"], Wire.Describe(_rings));
    }

    [Fact]
    public void Withdraw_AnnouncementStillQueued_SendsNeither()
    {
        _rings.FreeBuffers = 0;
        RpmsgEndpoint a = _bus.CreateEndpoint("a");
        RpmsgEndpoint b = _bus.CreateEndpoint("b");
        _bus.Announce(a);
        _bus.Announce(b);
        _bus.Withdraw(a);
        _rings.FreeBuffers = 10;
        _bus.Pump(1);
        Assert.Equal(["+b@1025"], Wire.Describe(_rings));
    }

    [Fact]
    public void Withdraw_AnnouncedAgainWhileBlocked_KeepsTheOrderAndStaysBounded()
    {
        RpmsgEndpoint a = _bus.CreateEndpoint("a");
        _bus.Announce(a);
        _rings.FreeBuffers = 0;
        for (int i = 0; i < 100; i++)
        {
            _bus.Withdraw(a);
            _bus.Announce(a);
        }

        _rings.FreeBuffers = 10;
        _bus.Pump(1);
        Assert.Equal(["+a@1024", "-a@1024", "+a@1024"], Wire.Describe(_rings));
    }

    [Fact]
    public void DestroyEndpoint_Announced_WithdrawsIt()
    {
        RpmsgEndpoint a = _bus.CreateEndpoint("a");
        _bus.Announce(a);
        _bus.Announce(a);
        _bus.DestroyEndpoint(a);
        _bus.DestroyEndpoint(a);
        _bus.Withdraw(a);
        Assert.Equal(["+a@1024", "-a@1024"], Wire.Describe(_rings));
    }

    [Fact]
    public void DestroyEndpoint_FixedAddressTakenAgainWhileBlocked_DestroyGoesFirst()
    {
        RpmsgEndpoint former = _bus.CreateEndpoint("a", 500);
        _bus.Announce(former);
        _rings.FreeBuffers = 0;
        _bus.DestroyEndpoint(former);
        _bus.Announce(_bus.CreateEndpoint("a", 500));
        _rings.FreeBuffers = 10;
        _bus.Pump(1);
        Assert.Equal(["+a@500", "-a@500", "+a@500"], Wire.Describe(_rings));
    }

    [Fact]
    public void Attach_WithoutNameService_AnnouncesNothing()
    {
        var bus = new RpmsgBus(new RpmsgOptions(), _handler);
        RpmsgEndpoint a = bus.CreateEndpoint("a");
        bus.Announce(a);
        bus.Attach(_rings, RpmsgFeatures.Flow);
        bus.Withdraw(a);
        bus.Announce(a);
        bus.DestroyEndpoint(a);
        Assert.Empty(_rings.Sent);
    }

    [Fact]
    public void SendFlow_NotNegotiated_SendsNothing()
    {
        var bus = new RpmsgBus(new RpmsgOptions(), _handler);
        bus.Attach(_rings, RpmsgFeatures.NameService);
        bus.SendFlow(new FlowMessage(FlowKind.Open, 1, 2, 3));
        Assert.Empty(_rings.Sent);
    }

    [Fact]
    public void SendFlow_CreditsOfOnePairWhileBlocked_OnlyTheNewestGoesOut()
    {
        _rings.FreeBuffers = 0;
        for (uint i = 1; i <= 100; i++)
        {
            _bus.SendFlow(new FlowMessage(FlowKind.Credit, 1, 2, i));
            _bus.SendFlow(new FlowMessage(FlowKind.Credit, 2, 1, i * 2));
        }

        _rings.FreeBuffers = 10;
        _bus.Pump(1);
        Assert.Equal(["flow Credit 1 2 100", "flow Credit 2 1 200"], Wire.Describe(_rings));
    }

    [Fact]
    public void SendFlow_CreditsWithBuffersFree_AllGoOut()
    {
        _bus.SendFlow(new FlowMessage(FlowKind.Credit, 1, 2, 1));
        _bus.SendFlow(new FlowMessage(FlowKind.Credit, 1, 2, 2));
        Assert.Equal(["flow Credit 1 2 1", "flow Credit 1 2 2"], Wire.Describe(_rings));
    }

    [Fact]
    public void SendFlow_CloseOfAnOpenStillQueued_SendsNeitherNorItsCredits()
    {
        _rings.FreeBuffers = 0;
        _bus.SendFlow(new FlowMessage(FlowKind.Open, 1, 2, 0));
        _bus.SendFlow(new FlowMessage(FlowKind.Credit, 1, 2, 5));
        _bus.SendFlow(new FlowMessage(FlowKind.Open, 3, 2, 0));
        _bus.SendFlow(new FlowMessage(FlowKind.Close, 1, 2, 9));
        _rings.FreeBuffers = 10;
        _bus.Pump(1);
        Assert.Equal(["flow Open 3 2 0"], Wire.Describe(_rings));
    }

    [Fact]
    public void SendFlow_PairClosedAndOpenedAgainWhileBlocked_CreditsOfTheFormerLifeAreDropped()
    {
        _bus.SendFlow(new FlowMessage(FlowKind.Open, 1, 2, 0));
        _rings.FreeBuffers = 0;
        _bus.SendFlow(new FlowMessage(FlowKind.Credit, 1, 2, 50));
        _bus.SendFlow(new FlowMessage(FlowKind.Close, 1, 2, 9));
        _bus.SendFlow(new FlowMessage(FlowKind.Open, 1, 2, 0));
        _bus.SendFlow(new FlowMessage(FlowKind.Credit, 1, 2, 1));
        _bus.SendFlow(new FlowMessage(FlowKind.Credit, 1, 2, 2));
        _rings.FreeBuffers = 10;
        _bus.Pump(1);
        Assert.Equal(["flow Open 1 2 0", "flow Close 1 2 9", "flow Open 1 2 0", "flow Credit 1 2 2"], Wire.Describe(_rings));
    }

    [Fact]
    public void SendFlow_ManyRandomMessagesWhileBlocked_StaysBoundedByThePairs()
    {
        int seed = Environment.TickCount;
        var random = new Random(seed);
        var queue = new ControlQueue();
        for (int i = 0; i < 100_000; i++)
        {
            queue.Flow(new FlowMessage((FlowKind)random.Next(1, 4), (uint)random.Next(3), (uint)random.Next(3), (uint)i));
        }

        // Of each of the nine pairs at most a Close, an Open and a Credit.
        Assert.True(queue.Count <= 9 * 3, $"seed {seed}: {queue.Count} queued");
    }

    [Fact]
    public void Detach_QueuedControlMessages_DoNotReachTheNextLife()
    {
        _rings.FreeBuffers = 0;
        RpmsgEndpoint a = _bus.CreateEndpoint("a");
        _bus.Announce(a);
        _bus.SendFlow(new FlowMessage(FlowKind.Open, 1, 2, 0));
        _bus.Detach();
        var next = new FakeRings();

        _bus.Attach(next, RpmsgFeatures.NameService | RpmsgFeatures.Flow);

        Assert.Equal(["+a@1024"], Wire.Describe(next));
        _bus.Withdraw(a);
        Assert.Equal(["+a@1024", "-a@1024"], Wire.Describe(next));
    }
}
