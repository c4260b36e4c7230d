using System.Text;
using Bridge.Virtio;

namespace Bridge.Rpmsg.Tests;

public class RpmsgBusNameServiceTests
{
    private readonly RecordingHandler _handler = new();
    private readonly FakeRings _rings = new();
    private readonly RpmsgBus _bus;

    public RpmsgBusNameServiceTests()
    {
        _bus = new RpmsgBus(new RpmsgOptions(MaximumAnnouncements: 3), _handler);
        _bus.Attach(_rings, RpmsgFeatures.NameService | RpmsgFeatures.Flow | VirtioFeatures.Version1);
    }

    [Fact]
    public void Create_NameAndAddress_IsPassedAndListed()
    {
        Receive(Wire.NameService("rpmsg-raw", 1030));
        Assert.Equal(["+rpmsg-raw@1030"], _handler.Events);
        Assert.Equal([("rpmsg-raw", 1030u)], _bus.Announcements);
        Assert.Equal(1, _bus.Counters.ControlReceived);
    }

    [Fact]
    public void Create_SameNameAndAddressAgain_IsCountedAndNotPassed()
    {
        Receive(Wire.NameService("a", 1));
        Receive(Wire.NameService("a", 1));
        Receive(Wire.NameService("a", 2));
        Receive(Wire.NameService("b", 1));
        Assert.Equal(["+a@1", "+a@2", "+b@1"], _handler.Events);
        Assert.Equal(1, _bus.Counters.DuplicateAnnouncement);
    }

    [Fact]
    public void Create_BeyondTheMaximum_IsCountedUntilOneIsWithdrawn()
    {
        for (uint i = 1; i <= 5; i++)
        {
            Receive(Wire.NameService($"n{i}", i));
        }

        Assert.Equal(["+n1@1", "+n2@2", "+n3@3"], _handler.Events);
        Assert.Equal(2, _bus.Counters.TooManyAnnouncements);
        Receive(Wire.NameService("n1", 1, flags: 1));
        Receive(Wire.NameService("n4", 4));
        Assert.Equal(["-n1@1", "+n4@4"], _handler.Events[3..]);
    }

    [Fact]
    public void Destroy_KnownAndUnknown_WithdrawsAndCounts()
    {
        Receive(Wire.NameService("a", 1));
        Receive(Wire.NameService("a", 2, flags: 1));
        Receive(Wire.NameService("b", 1, flags: 1));
        Receive(Wire.NameService("a", 1, flags: 1));
        Receive(Wire.NameService("a", 1, flags: 1));
        Assert.Equal(["+a@1", "-a@1"], _handler.Events);
        Assert.Equal(3, _bus.Counters.UnknownWithdrawal);
        Assert.Empty(_bus.Announcements);
    }

    [Fact]
    public void Create_EveryOtherLength_IsCountedAndIgnored()
    {
        byte[] payload = [.. Wire.NamePayload("abc"u8, 9, 0), .. new byte[40]];
        for (int length = 0; length <= payload.Length; length++)
        {
            Receive(Wire.Message(9, 53, payload.AsSpan(0, length)));
        }

        Assert.Equal(["+abc@9"], _handler.Events);
        Assert.Equal(80, _bus.Counters.BadNameService);
        Assert.Equal(81, _rings.Released.Count);
    }

    [Fact]
    public void Create_EmptyName_IsCountedAsBad()
    {
        Receive(Wire.NameService(string.Empty, 9));
        Assert.Empty(_handler.Events);
        Assert.Equal(1, _bus.Counters.BadNameService);
    }

    [Fact]
    public void Create_UnterminatedName_IsCutCountedAndCanBeWithdrawn()
    {
        byte[] name = Encoding.ASCII.GetBytes(new string('n', 32));
        Receive(Wire.Message(9, 53, Wire.NamePayload(name, 9, 0)));
        Receive(Wire.Message(9, 53, Wire.NamePayload(name, 9, 1)));
        string cut = new('n', 31);
        Assert.Equal([$"+{cut}@9", $"-{cut}@9"], _handler.Events);
        Assert.Equal(2, _bus.Counters.UnterminatedName);
    }

    [Fact]
    public void Create_HostileNames_ArriveByteForByte()
    {
        var bus = new RpmsgBus(new RpmsgOptions(), _handler);
        var rings = new FakeRings();
        bus.Attach(rings, RpmsgFeatures.NameService);
        string[] names = ["../../x", "a/b", new string('%', 31), ".", "\n", "\u00FF\u0080"];
        foreach (string name in names)
        {
            rings.Incoming.Enqueue(Wire.NameService(name, 9));
        }

        bus.Pump(100);

        Assert.Equal(names, bus.Announcements.Select(static announcement => announcement.Name));
    }

    [Fact]
    public void Create_NameServiceNotNegotiated_IsAnUnknownAddress()
    {
        _bus.Detach();
        _bus.Attach(_rings, 0);
        Receive(Wire.NameService("a", 1));
        Receive(Wire.Flow(1, 2, 3, 4));
        Assert.Empty(_handler.Events);
        Assert.Empty(_handler.Flows);
        Assert.Equal(2, _bus.Counters.UnknownAddress);
    }

    [Fact]
    public void Flow_Negotiated_IsPassedAndBadOnesAreCounted()
    {
        Receive(Wire.Flow(3, 1024, 1025, 77));
        Receive(Wire.Flow(9, 1024, 1025, 77));
        Receive(Wire.Message(1, 55, new byte[15]));
        Receive(Wire.Message(1, 55, new byte[17]));
        Receive(Wire.Message(1, 55, []));
        Assert.Equal([new FlowMessage(FlowKind.Credit, 1024, 1025, 77)], _handler.Flows);
        Assert.Equal(4, _bus.Counters.BadFlow);
        Assert.Equal(5, _rings.Released.Count);
    }

    [Fact]
    public void Announce_FromInsideACallback_GoesOut()
    {
        _handler.Announced = (name, _) => _bus.Announce(_bus.CreateEndpoint(name + "-here"));
        Receive(Wire.NameService("a", 1));
        Assert.Equal(["+a-here@1024"], Wire.Describe(_rings));
    }

    private void Receive(byte[] message)
    {
        _rings.Incoming.Enqueue(message);
        _bus.Pump(10);
    }
}
