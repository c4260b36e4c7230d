using System.Text;
using Bridge.Virtio;

namespace Bridge.Rpmsg.Tests;

/// <summary>Life and endpoints of a bus, and a base for the other tests with rings in ordinary memory.</summary>
public class RpmsgBusTests
{
    private const ulong All = RpmsgFeatures.NameService | RpmsgFeatures.Flow | VirtioFeatures.Version1;

    private readonly RecordingHandler _handler = new();
    private readonly FakeRings _rings = new();
    private readonly RpmsgBus _bus;

    public RpmsgBusTests() => _bus = new RpmsgBus(new RpmsgOptions(MaximumAnnouncements: 3), _handler);

    [Fact]
    public void CreateEndpoint_NameWithUnusableCharacters_Throws()
    {
        Assert.Throws<ArgumentException>(() => _bus.CreateEndpoint("a\0"));
        Assert.Throws<ArgumentException>(() => _bus.CreateEndpoint("\u20AC"));
        Assert.Throws<ArgumentException>(() => _bus.CreateEndpoint(new string('x', 32)));
        Assert.Empty(_bus.Endpoints);
        Assert.Equal(new string('x', 31), _bus.CreateEndpoint(new string('x', 31)).Name);
    }

    [Fact]
    public void Announce_EndpointWithoutANameOrOfAnotherBus_Throws()
    {
        var other = new RpmsgBus(new RpmsgOptions(), _handler);
        RpmsgEndpoint nameless = _bus.CreateEndpoint(string.Empty);
        RpmsgEndpoint foreign = other.CreateEndpoint("x");

        Assert.Throws<ArgumentException>(() => _bus.Announce(nameless));
        Assert.Throws<ArgumentException>(() => _bus.Announce(foreign));
    }

    [Fact]
    public void Attach_Twice_Throws()
    {
        _bus.Attach(_rings, All);
        Assert.Throws<InvalidOperationException>(() => _bus.Attach(new FakeRings(), All));
    }

    [Fact]
    public void Attach_RingsThatCountedBefore_CountsAreKept()
    {
        _rings.Counters.RingFaults = 2;
        _rings.Counters.BufferTooSmall = 3;
        _rings.Counters.ReportBeyondBuffer = 4;

        _bus.Attach(_rings, All);

        Assert.Same(_bus.Counters, _rings.Counters);
        Assert.Equal((2L, 3L, 4L), (_bus.Counters.RingFaults, _bus.Counters.BufferTooSmall, _bus.Counters.ReportBeyondBuffer));
    }

    [Fact]
    public void Detach_LearntAndGivenDestinations_OnlyLearntAreForgotten()
    {
        RpmsgEndpoint learns = _bus.CreateEndpoint("a");
        RpmsgEndpoint given = _bus.CreateEndpoint("b", remote: 7);
        RpmsgEndpoint set = _bus.CreateEndpoint("c");
        _bus.Attach(_rings, All);
        _rings.Incoming.Enqueue(Wire.Message(99, learns.Address, "x"u8));
        _rings.Incoming.Enqueue(Wire.Message(98, set.Address, "x"u8));
        _bus.Pump(10);
        set.Remote = 98;
        Assert.Equal(99u, learns.Remote);

        _bus.Detach();

        Assert.Equal((RpmsgAddress.Any, 7u, 98u), (learns.Remote, given.Remote, set.Remote));
        Assert.False(_bus.Attached);
    }

    [Fact]
    public void Detach_RemoteAnnouncements_AreWithdrawnOnce()
    {
        _bus.Attach(_rings, All);
        _rings.Incoming.Enqueue(Wire.NameService("a", 1));
        _rings.Incoming.Enqueue(Wire.NameService("b", 2));
        _bus.Pump(10);
        Assert.Equal([("a", 1u), ("b", 2u)], _bus.Announcements);

        _bus.Detach();
        _bus.Detach();

        Assert.Empty(_bus.Announcements);
        Assert.Equal(["+a@1", "+b@2", "-a@1", "-b@2"], _handler.Events);
    }

    [Fact]
    public void Detach_FromInsideACallback_LeavesTheRingsAlone()
    {
        RpmsgEndpoint endpoint = _bus.CreateEndpoint("a");
        _bus.Attach(_rings, All);
        _rings.Incoming.Enqueue(Wire.Message(99, endpoint.Address, "x"u8));
        _rings.Incoming.Enqueue(Wire.Message(99, endpoint.Address, "y"u8));
        _handler.Message = (_, _, _) =>
        {
            _bus.Detach();
            return true;
        };

        Assert.False(_bus.Pump(10));

        Assert.Empty(_rings.Released);
        Assert.Single(_handler.Payloads);
    }

    [Fact]
    public void Attach_FromInsideOnWithdrawn_BeginsTheNextLife()
    {
        var next = new FakeRings();
        _bus.Announce(_bus.CreateEndpoint("mine"));
        _bus.Attach(_rings, All);
        _rings.Incoming.Enqueue(Wire.NameService("a", 1));
        _bus.Pump(10);
        _handler.Withdrawn = (_, _) => _bus.Attach(next, All);

        _bus.Detach();

        Assert.True(_bus.Attached);
        Assert.Equal(["+mine@1024"], Wire.Describe(next));
    }

    [Fact]
    public void Detached_EveryCall_IsHarmless()
    {
        RpmsgEndpoint endpoint = _bus.CreateEndpoint("a");
        _bus.Announce(endpoint);
        _bus.SendFlow(new FlowMessage(FlowKind.Open, 1, 2, 0));

        Assert.False(_bus.TrySend(1, 2, "x"u8));
        Assert.False(_bus.Pump(1));
        Assert.False(_bus.Arm());
        Assert.Equal(0UL, _bus.Features);

        _bus.Withdraw(endpoint);
        _bus.DestroyEndpoint(endpoint);
        _bus.Attach(_rings, All);
        Assert.Empty(_rings.Sent);
    }

    [Fact]
    public void Attach_SenderThatWasRefusedWhileDetached_IsToldToTryAgain()
    {
        Assert.False(_bus.TrySend(1, 2, "x"u8));
        _bus.Attach(_rings, All);

        Assert.True(_bus.TransmitBlocked);
        Assert.True(_bus.Pump(1));
        Assert.False(_bus.TransmitBlocked);
        Assert.False(_bus.Pump(1));
    }

    [Fact]
    public void Pump_HandlerThrows_OffersTheMessageAgain()
    {
        RpmsgEndpoint endpoint = _bus.CreateEndpoint("a");
        _bus.Attach(_rings, All);
        _rings.Incoming.Enqueue(Wire.Message(99, endpoint.Address, "x"u8));
        _handler.Message = (_, _, _) => throw new IOException("no");
        Assert.Throws<IOException>(() => _bus.Pump(10));
        Assert.Empty(_rings.Released);

        _handler.Message = null;
        _bus.Pump(10);

        Assert.Equal("x"u8, Assert.Single(_handler.Payloads));
        Assert.Single(_rings.Released);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void Pump_BudgetBelowOne_Throws(int budget)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => _bus.Pump(budget));
    }

    [Fact]
    public void Pump_MoreMessagesThanBudget_TakesTheBudgetAndSaysSo()
    {
        RpmsgEndpoint endpoint = _bus.CreateEndpoint("a");
        _bus.Attach(_rings, All);
        for (int i = 0; i < 5; i++)
        {
            _rings.Incoming.Enqueue(Wire.Message(99, endpoint.Address, [(byte)i]));
        }

        Assert.True(_bus.Pump(2));
        Assert.Equal(2, _handler.Payloads.Count);
        Assert.True(_bus.Pump(2));
        Assert.False(_bus.Pump(2));
        Assert.Equal([0, 1, 2, 3, 4], _handler.Payloads.Select(static payload => (int)payload[0]));
        Assert.Equal((5L, 5L), (_bus.Counters.Received, _bus.Counters.ReceivedBytes));
    }

    [Fact]
    public void Pump_HeldMessage_IsOfferedFirstAndOrderIsKept()
    {
        RpmsgEndpoint endpoint = _bus.CreateEndpoint("a");
        _bus.Attach(_rings, All);
        foreach (string text in (string[])["1", "2", "3"])
        {
            _rings.Incoming.Enqueue(Wire.Message(99, endpoint.Address, Encoding.ASCII.GetBytes(text)));
        }

        int refusals = 2;
        _handler.Message = (_, _, payload) => payload[0] != '2' || refusals-- <= 0;

        Assert.False(_bus.Pump(10));
        Assert.True(_bus.Held);
        Assert.Equal(1, _rings.Taken);
        Assert.False(_bus.Pump(10));
        Assert.True(_bus.Held);
        Assert.False(_bus.Pump(10));

        Assert.False(_bus.Held);
        Assert.Equal("123", string.Concat(_handler.Payloads.Select(Encoding.ASCII.GetString)));
        Assert.Equal([0, 1, 2], _rings.Released);
        Assert.Equal(3, _bus.Counters.Received);
    }

    [Fact]
    public void Pump_HeldMessageWhoseEndpointWasReplaced_GoesToNobody()
    {
        RpmsgEndpoint endpoint = _bus.CreateEndpoint("a", 500);
        _bus.Attach(_rings, All);
        _rings.Incoming.Enqueue(Wire.Message(99, 500, "old"u8));
        _rings.Incoming.Enqueue(Wire.Message(99, 500, "new"u8));
        _handler.Message = static (_, _, _) => false;
        _bus.Pump(10);

        _bus.DestroyEndpoint(endpoint);
        _bus.CreateEndpoint("b", 500);
        _handler.Message = null;
        _bus.Pump(10);

        Assert.Equal("new"u8, Assert.Single(_handler.Payloads));
        Assert.Equal(1, _bus.Counters.UnknownAddress);
    }

    [Fact]
    public void Arm_HeldMessage_DoesNotAskForReception()
    {
        RpmsgEndpoint endpoint = _bus.CreateEndpoint("a");
        _bus.Attach(_rings, All);
        _rings.Incoming.Enqueue(Wire.Message(99, endpoint.Address, "x"u8));
        _rings.Incoming.Enqueue(Wire.Message(99, endpoint.Address, "y"u8));
        _handler.Message = static (_, _, _) => false;
        _bus.Pump(10);

        Assert.False(_bus.Arm());
        Assert.Equal((false, false), _rings.Armed);

        _handler.Message = null;
        _bus.Pump(1);
        Assert.True(_bus.Arm());
        Assert.Equal((true, false), _rings.Armed);
    }

    [Fact]
    public void OnMessage_OtherSourcesThanTheRemote_ArePassedWithTheirSource()
    {
        RpmsgEndpoint endpoint = _bus.CreateEndpoint("a");
        _bus.Attach(_rings, All);
        _rings.Incoming.Enqueue(Wire.Message(7, endpoint.Address, "x"u8));
        _rings.Incoming.Enqueue(Wire.Message(8, endpoint.Address, []));
        _bus.Pump(10);

        Assert.Equal(7u, endpoint.Remote);
        Assert.Equal(["message 7>1024 1", "message 8>1024 0"], _handler.Events);
    }

    [Fact]
    public void OnMessage_SourceAny_IsPassedButNotLearnt()
    {
        RpmsgEndpoint endpoint = _bus.CreateEndpoint("a");
        _bus.Attach(_rings, All);
        _rings.Incoming.Enqueue(Wire.Message(RpmsgAddress.Any, endpoint.Address, "x"u8));
        _rings.Incoming.Enqueue(Wire.Message(8, endpoint.Address, "x"u8));
        _bus.Pump(10);

        Assert.Equal(8u, endpoint.Remote);
        Assert.Equal(2, _handler.Payloads.Count);
    }

    [Fact]
    public void Pump_CalledFromInsideACallback_DoesNothing()
    {
        RpmsgEndpoint endpoint = _bus.CreateEndpoint("a");
        _bus.Attach(_rings, All);
        _rings.Incoming.Enqueue(Wire.Message(7, endpoint.Address, "x"u8));
        _rings.Incoming.Enqueue(Wire.Message(7, endpoint.Address, "y"u8));
        _handler.Message = (_, _, _) =>
        {
            Assert.False(_bus.Pump(10));
            return true;
        };

        _bus.Pump(10);

        Assert.Equal(2, _handler.Payloads.Count);
    }

    [Fact]
    public void Pump_RandomBytes_EveryMessageIsCountedOnceAndItsBufferReleased()
    {
        int seed = Environment.TickCount;
        var random = new Random(seed);
        _bus.CreateEndpoint("a", 3);
        _bus.Attach(_rings, All);
        uint[] addresses = [0, 3, 53, 54, 55, 1024, uint.MaxValue];
        for (int i = 0; i < 50_000; i++)
        {
            byte[] payload = new byte[random.Next(4) switch { 0 => 40, 1 => 16, _ => random.Next(80) }];
            if (random.Next(2) == 0)
            {
                random.NextBytes(payload);
            }
            else if (payload.Length > 0)
            {
                payload[0] = (byte)random.Next(5);
            }

            byte[] message = Wire.Message((uint)random.Next(), addresses[random.Next(addresses.Length)], payload, random.Next(3) == 0 ? random.Next(65536) : null);
            _rings.Incoming.Enqueue(message[..(random.Next(5) == 0 ? random.Next(message.Length + 1) : message.Length)]);
        }

        while (_bus.Pump(1000))
        {
        }

        RpmsgCounters counters = _bus.Counters;
        long counted = counters.Received + counters.ControlReceived + counters.ShortHeader + counters.LengthBeyondBuffer + counters.BadNameService + counters.UnknownAddress + counters.BadFlow;
        Assert.True(counted == 50_000, $"seed {seed}: {counted} counted");
        Assert.True(_rings.Released.Count == 50_000, $"seed {seed}: {_rings.Released.Count} released");
        Assert.True(_bus.Announcements.Count <= 3, $"seed {seed}");
    }
}
