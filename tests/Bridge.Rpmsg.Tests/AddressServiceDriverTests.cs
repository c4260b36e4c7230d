using Bridge.Virtio;

namespace Bridge.Rpmsg.Tests;

/// <summary>The virtio side: announcements that ask for it are answered by ASSIGN and FREE, ordered and coalesced like all control messages.</summary>
public class AddressServiceDriverTests
{
    private const ulong Features = RpmsgFeatures.NameService | RpmsgFeatures.AddressService | RpmsgFeatures.Flow | VirtioFeatures.Version1;

    private readonly RecordingHandler _handler = new();
    private readonly FakeRings _rings = new();
    private readonly RpmsgBus _bus;

    public AddressServiceDriverTests()
    {
        _bus = new RpmsgBus(new RpmsgOptions(), _handler);
        _bus.Attach(_rings, Features);
        Receive(Wire.NameService("echo", 30, flags: 2));
        Receive(Wire.NameService("plain", 31));
    }

    [Fact]
    public void Assign_AnnouncementThatAsked_SendsAssignAndFreeFromOurEndpoint()
    {
        _bus.Assign("echo", 1024, 30);
        _bus.Free("echo", 1024, 30);
        Assert.Equal(["assign echo 30>1024", "free echo 30>1024"], Wire.Describe(_rings));
        Assert.Equal(2, _bus.Counters.ControlSent);
    }

    [Fact]
    public void Assign_FromInsideOnAnnounced_GoesOut()
    {
        _handler.Announced = (name, address) => _bus.Assign(name, 1030, address);
        Receive(Wire.NameService("late", 32, flags: 2));
        Assert.Equal(["assign late 32>1030"], Wire.Describe(_rings));
    }

    [Theory]
    [InlineData("plain", 31u)] // did not ask
    [InlineData("echo", 31u)] // announced elsewhere
    [InlineData("other", 30u)]
    public void Assign_NothingThatAsked_SendsNothing(string name, uint remote)
    {
        _bus.Assign(name, 1024, remote);
        _bus.Free(name, 1024, remote);
        Assert.Empty(_rings.Sent);
    }

    [Fact]
    public void Assign_TwiceAndFreedTwice_SendsEachOnce()
    {
        _bus.Assign("echo", 1024, 30);
        _bus.Assign("echo", 1024, 30);
        _bus.Assign("echo", 1025, 30);
        _bus.Free("echo", 1024, 30);
        _bus.Free("echo", 1024, 30);
        Assert.Equal(["assign echo 30>1024", "assign echo 30>1025", "free echo 30>1024"], Wire.Describe(_rings));
    }

    [Fact]
    public void Assign_NotNegotiated_SendsNothing()
    {
        _bus.Detach();
        var rings = new FakeRings();
        _bus.Attach(rings, Features & ~RpmsgFeatures.AddressService);
        rings.Incoming.Enqueue(Wire.NameService("echo", 30, flags: 2));
        _bus.Pump(10);
        _bus.Assign("echo", 1024, 30);
        Assert.Empty(rings.Sent);
    }

    [Fact]
    public void Assign_AtTheVhostSide_SendsNothing()
    {
        var bus = new RpmsgBus(new RpmsgOptions(), _handler);
        var rings = new FakeRings(role: RpmsgRole.Device);
        bus.Attach(rings, Features);
        rings.Incoming.Enqueue(Wire.NameService("echo", 30, flags: 2));
        bus.Pump(10);
        bus.Assign("echo", 1024, 30);
        Assert.Empty(rings.Sent);
    }

    [Fact]
    public void Announce_OfADriver_DoesNotAskForAssignment()
    {
        _bus.Announce(_bus.CreateEndpoint("mine"));
        Assert.Equal(["+mine@1024"], Wire.Describe(_rings));
    }

    [Fact]
    public void Assign_WhileBlocked_GoesBeforeLaterData()
    {
        _rings.FreeBuffers = 0;
        _bus.Assign("echo", 1024, 30);
        Assert.True(_bus.TransmitBlocked);
        _rings.FreeBuffers = 1;
        Assert.False(_bus.TrySend(1024, 30, "x"u8), "the only buffer belongs to the ASSIGN");
        _rings.FreeBuffers = 1;
        Assert.True(_bus.TrySend(1024, 30, "x"u8));
        Assert.Equal(["assign echo 30>1024", "1024>30 x"], Wire.Describe(_rings));
    }

    [Fact]
    public void Free_WhileItsAssignWaits_TakesItBack()
    {
        _bus.Assign("echo", 1024, 30);
        _rings.FreeBuffers = 0;
        _bus.Free("echo", 1024, 30);
        _bus.Assign("echo", 1024, 30);
        _bus.Free("echo", 1024, 30);
        _bus.Assign("echo", 1025, 30);
        _bus.Free("echo", 1025, 30);
        _bus.Assign("echo", 1026, 30);
        _rings.FreeBuffers = 10;
        _bus.Pump(1);
        Assert.Equal(["assign echo 30>1024", "free echo 30>1024", "assign echo 30>1026"], Wire.Describe(_rings));
    }

    [Fact]
    public void Withdrawal_OfAnAssignedService_FreesItsPairsBeforeTheHandlerIsTold()
    {
        _bus.Assign("echo", 1024, 30);
        _bus.Assign("echo", 1025, 30);
        _handler.Withdrawn = (name, address) => _bus.Free(name, 1024, address);
        Receive(Wire.NameService("echo", 30, flags: 1));
        _bus.Assign("echo", 1026, 30);
        Assert.Equal(["assign echo 30>1024", "assign echo 30>1025", "free echo 30>1024", "free echo 30>1025"], Wire.Describe(_rings));
    }

    [Fact]
    public void Withdrawal_WhileTheAssignWaits_SendsNeither()
    {
        _rings.FreeBuffers = 0;
        _bus.Assign("echo", 1024, 30);
        Receive(Wire.NameService("echo", 30, flags: 1));
        Receive(Wire.NameService("echo", 30, flags: 2));
        _bus.Assign("echo", 1027, 30);
        _rings.FreeBuffers = 10;
        _bus.Pump(1);
        Assert.Equal(["assign echo 30>1027"], Wire.Describe(_rings));
    }

    [Fact]
    public void Detach_ForgetsWhatWasAssignedAndQueued()
    {
        _bus.Assign("echo", 1024, 30);
        _rings.FreeBuffers = 0;
        _bus.Assign("echo", 1025, 30);
        _bus.Detach();
        var next = new FakeRings();
        _bus.Attach(next, Features);
        _bus.Free("echo", 1024, 30);
        _bus.Assign("echo", 1024, 30);
        Assert.Empty(next.Sent);
        next.Incoming.Enqueue(Wire.NameService("echo", 30, flags: 2));
        _bus.Pump(10);
        _bus.Assign("echo", 1024, 30);
        Assert.Equal(["assign echo 30>1024"], Wire.Describe(next));
    }

    [Fact]
    public void Assign_ManyRandomChangesWhileBlocked_StaysBoundedByThePairs()
    {
        int seed = Environment.TickCount;
        var random = new Random(seed);
        var queue = new ControlQueue();
        var assigned = new HashSet<(uint, uint)>();
        for (int i = 0; i < 100_000; i++)
        {
            (uint Local, uint Remote) pair = ((uint)random.Next(3), (uint)random.Next(3));
            if (assigned.Add(pair))
            {
                queue.Assign(new AddressServiceMessage("n", pair.Local, pair.Remote, AddressServiceFlags.Assign));
            }
            else
            {
                assigned.Remove(pair);
                queue.Free(new AddressServiceMessage("n", pair.Local, pair.Remote, AddressServiceFlags.Free));
            }

            if (random.Next(1000) == 0 && queue.TryPeek(out LinkedListNode<ControlMessage>? first))
            {
                queue.Remove(first);
            }
        }

        // Of each of the nine pairs at most a FREE and an ASSIGN.
        Assert.True(queue.Count <= 9 * 2, $"seed {seed}: {queue.Count} queued");
    }

    [Fact]
    public void Attach_MessagesTooSmallForTheAddressService_IsRefusedAtTheVirtioSideOnly()
    {
        var bus = new RpmsgBus(new RpmsgOptions(BufferSize: 59), _handler);
        Assert.Throws<ArgumentException>(() => bus.Attach(new FakeRings(59), Features));
        bus.Attach(new FakeRings(59, RpmsgRole.Device), Features);
        new RpmsgBus(new RpmsgOptions(BufferSize: 60), _handler).Attach(new FakeRings(60), Features);
    }

    private void Receive(byte[] message)
    {
        _rings.Incoming.Enqueue(message);
        _bus.Pump(10);
    }
}
