using System.Text;
using Bridge.Virtio;

namespace Bridge.Rpmsg.Tests;

/// <summary>The vhost side: announces with AS_ANNOUNCE, is told its destinations, and survives every wrong message.</summary>
public class AddressServiceDeviceTests
{
    private const ulong Features = RpmsgFeatures.NameService | RpmsgFeatures.AddressService | VirtioFeatures.Version1;

    private readonly RecordingHandler _handler = new();
    private readonly FakeRings _rings = new(role: RpmsgRole.Device);
    private readonly RpmsgBus _bus;
    private readonly RpmsgEndpoint _echo;

    public AddressServiceDeviceTests()
    {
        _bus = new RpmsgBus(new RpmsgOptions(), _handler);
        _echo = _bus.CreateEndpoint("echo", 30);
        _bus.Announce(_echo);
        _bus.Attach(_rings, Features);
    }

    [Fact]
    public void Announce_Negotiated_AsksForAssignmentInEveryLife()
    {
        _bus.Announce(_bus.CreateEndpoint("later", 31));
        _bus.Withdraw(_echo);
        _bus.Detach();
        var plain = new FakeRings(role: RpmsgRole.Device);
        _bus.Attach(plain, Features & ~RpmsgFeatures.AddressService);
        Assert.Equal(["+as echo@30", "+as later@31", "-echo@30"], Wire.Describe(_rings));
        Assert.Equal(["+later@31"], Wire.Describe(plain));
    }

    [Fact]
    public void Assign_Unbound_IsPassedAndTheRemoteIsLearnt()
    {
        Receive(Assign(1040));
        Assert.Equal(["assigned 30>1040"], _handler.Events);
        Assert.Equal(1040u, _echo.Remote);
        Assert.Equal(1, _bus.Counters.ControlReceived);
    }

    [Fact]
    public void Assign_WhileBound_IsBusyAndTheFirstIsKept()
    {
        _handler.Assigned = (endpoint, _) => endpoint.Remote == RpmsgAddress.Any;
        Receive(Assign(1040));
        Receive(Assign(1041));
        Receive(Assign(1040));
        Assert.Equal(["assigned 30>1040", "busy 30>1041"], _handler.Events);
        Assert.Equal((2L, 1040u), (_bus.Counters.AddressServiceBusy, _echo.Remote));

        Receive(Free(1040));
        Receive(Assign(1041));
        Assert.Equal(["freed 30>1040", "assigned 30>1041"], _handler.Events[2..]);
        Assert.Equal(1041u, _echo.Remote);
    }

    [Fact]
    public void Assign_SeveralWanted_AreAllBoundAndFreedOneByOne()
    {
        Receive(Assign(1040));
        Receive(Assign(1041));
        Receive(Free(1040));
        Receive(Free(1040));
        Receive(Assign(1041));
        Receive(Free(1041));
        Assert.Equal(["assigned 30>1040", "assigned 30>1041", "freed 30>1040", "freed 30>1041"], _handler.Events);
        Assert.Equal((1L, 1L), (_bus.Counters.AddressServiceNotBound, _bus.Counters.AddressServiceBusy));
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(2u)]
    [InlineData(0xFFFFFFFEu)]
    public void Free_AnythingWithoutBitZero_Frees(uint flags)
    {
        Receive(Assign(1040));
        Receive(Wire.AddressService("echo", 1040, 30, flags));
        Assert.Equal("freed 30>1040", _handler.Events[^1]);
        Assert.Equal(RpmsgAddress.Any, _echo.Remote);
    }

    [Fact]
    public void Free_NotBound_IsCountedAndIgnored()
    {
        Receive(Free(1040));
        Receive(Assign(1040));
        Receive(Free(1041));
        Receive(Free(RpmsgAddress.Any));
        Assert.Equal(["assigned 30>1040"], _handler.Events);
        Assert.Equal((3L, 1040u), (_bus.Counters.AddressServiceNotBound, _echo.Remote));
    }

    [Fact]
    public void Free_OfARemoteThatWasGiven_KeepsIt()
    {
        _handler.Assigned = (endpoint, destination) =>
        {
            endpoint.Remote = destination;
            return true;
        };
        Receive(Assign(1040));
        Receive(Free(1040));
        Assert.Equal(1040u, _echo.Remote);
    }

    [Theory]
    [InlineData("echo", 31u)] // nobody there
    [InlineData("echo", 32u)] // there, but of another name
    [InlineData("other", 30u)]
    [InlineData("hidden", 33u)] // there, but not announced
    public void AssignAndFree_UnknownNameOrAddress_AreCounted(string name, uint source)
    {
        _bus.Announce(_bus.CreateEndpoint("tty", 32));
        _bus.CreateEndpoint("hidden", 33);
        Receive(Wire.AddressService(name, 1040, source, 1));
        Receive(Wire.AddressService(name, 1040, source, 2));
        Assert.Empty(_handler.Events);
        Assert.Equal(2, _bus.Counters.AddressServiceUnknown);
    }

    [Fact]
    public void Assign_TwoEndpointsOfOneName_AreToldApartByTheAddress()
    {
        _bus.Announce(_bus.CreateEndpoint("echo", 31));
        Receive(Wire.AddressService("echo", 1040, 31, 1));
        Receive(Assign(1040));
        Assert.Equal(["assigned 31>1040", "assigned 30>1040"], _handler.Events);
    }

    [Theory]
    [InlineData(RpmsgAddress.Any)]
    [InlineData(53u)]
    [InlineData(54u)]
    [InlineData(55u)]
    public void Assign_ReservedDestination_IsRefused(uint destination)
    {
        Receive(Assign(destination));
        Assert.Empty(_handler.Events);
        Assert.Equal(1, _bus.Counters.AddressServiceReserved);
    }

    [Fact]
    public void Assign_EveryOtherLength_IsCountedAndItsBufferGivenBack()
    {
        byte[] payload = [.. Assign(1040)[16..], .. new byte[20]];
        for (int length = 0; length <= payload.Length; length++)
        {
            Receive(Wire.Message(1040, 54, payload.AsSpan(0, length)));
        }

        Assert.Equal(["assigned 30>1040"], _handler.Events);
        Assert.Equal((64L, 65), (_bus.Counters.BadAddressService, _rings.Released.Count));
    }

    [Fact]
    public void Assign_UnterminatedName_IsCutAndCounted()
    {
        _bus.Announce(_bus.CreateEndpoint(new string('n', 31), 31));
        byte[] message = Wire.AddressService("", 1040, 31, 1);
        Encoding.ASCII.GetBytes(new string('n', 32)).CopyTo(message, 16);
        Receive(message);
        Assert.Equal(["assigned 31>1040"], _handler.Events);
        Assert.Equal(1, _bus.Counters.UnterminatedName);
    }

    [Fact]
    public void Assign_ManyDestinations_IsBounded()
    {
        for (uint i = 0; i < RpmsgBus.MaximumDestinations + 5; i++)
        {
            Receive(Assign(2000 + i));
        }

        Assert.Equal((RpmsgBus.MaximumDestinations, 5L), (_handler.Events.Count, _bus.Counters.AddressServiceTooMany));
        Receive(Free(2000));
        Receive(Assign(9000));
        Assert.Equal("assigned 30>9000", _handler.Events[^1]);
    }

    [Fact]
    public void Assign_BeforeTheCreateHasLeft_IsAboutAnEarlierLifeAndUnknown()
    {
        _bus.Withdraw(_echo);
        _rings.FreeBuffers = 0;
        _bus.Announce(_echo);
        Receive(Assign(1040));
        Assert.Equal(1, _bus.Counters.AddressServiceUnknown);
        _rings.FreeBuffers = 1;
        Receive(Assign(1040));
        Assert.Equal(["assigned 30>1040"], _handler.Events);
    }

    [Fact]
    public void WithdrawDestroyAndDetach_ForgetWhatWasBound()
    {
        Receive(Assign(1040));
        _bus.Withdraw(_echo);
        Receive(Free(1040));
        _bus.Announce(_echo);
        Receive(Assign(1040));
        _bus.Detach();
        Assert.Equal(RpmsgAddress.Any, _echo.Remote);
        _bus.Attach(_rings, Features);
        Receive(Free(1040));
        Receive(Assign(1040));
        _bus.DestroyEndpoint(_echo);
        Receive(Free(1040));
        Assert.Equal(["assigned 30>1040", "assigned 30>1040", "assigned 30>1040"], _handler.Events);
        Assert.Equal((2L, 1L, 0L), (_bus.Counters.AddressServiceUnknown, _bus.Counters.AddressServiceNotBound, _bus.Counters.AddressServiceBusy));
    }

    [Fact]
    public void Assign_EndpointWithdrawnInsideTheCallback_BindsNothing()
    {
        _handler.Assigned = (endpoint, _) =>
        {
            _bus.Withdraw(endpoint);
            return true;
        };
        Receive(Assign(1040));
        _handler.Assigned = null;
        _bus.Announce(_echo);
        Receive(Assign(1040));
        Assert.Equal((2, 0L), (_handler.Events.Count, _bus.Counters.AddressServiceBusy));
    }

    [Fact]
    public void Assign_DetachedInsideTheCallback_BindsNothing()
    {
        _handler.Assigned = (_, _) =>
        {
            _bus.Detach();
            return true;
        };
        Receive(Assign(1040));
        Assert.False(_bus.Attached);
        Assert.Equal(RpmsgAddress.Any, _echo.Remote);
    }

    [Fact]
    public void Assign_HandlerThrows_IsOfferedAgain()
    {
        _handler.Assigned = (_, _) => throw new InvalidOperationException("for now");
        _rings.Incoming.Enqueue(Assign(1040));
        Assert.Throws<InvalidOperationException>(() => _bus.Pump(10));
        _handler.Assigned = null;
        _bus.Pump(10);
        Assert.Equal(["assigned 30>1040"], _handler.Events);
        Assert.Equal(0, _bus.Counters.AddressServiceBusy);
    }

    [Fact]
    public void Data_BeforeAssign_IsTakenAndItsSourceLearnt()
    {
        Receive(Wire.Message(1040, 30, "early"u8));
        Assert.Equal(1040u, _echo.Remote);
        Receive(Assign(1040));
        Assert.Equal(["message 1040>30 5", "assigned 30>1040"], _handler.Events);
        Assert.Equal(0, _bus.Counters.AddressServiceBusy);
    }

    [Fact]
    public void NameServiceCreateSentBack_AsTheSeriesDoes_IsAnOrdinaryAnnouncement()
    {
        Receive(Wire.NameService("echo", 1040));
        Receive(Assign(1040));
        Assert.Equal(["+echo@1040", "assigned 30>1040"], _handler.Events);
    }

    [Fact]
    public void Assign_NotNegotiated_IsAnUnknownAddress()
    {
        _bus.Detach();
        _bus.Attach(_rings, Features & ~RpmsgFeatures.AddressService);
        Receive(Assign(1040));
        Assert.Empty(_handler.Events);
        Assert.Equal(1, _bus.Counters.UnknownAddress);
    }

    private static byte[] Assign(uint destination) => Wire.AddressService("echo", destination, 30, 1);

    private static byte[] Free(uint destination) => Wire.AddressService("echo", destination, 30, 2);

    private void Receive(byte[] message)
    {
        _rings.Incoming.Enqueue(message);
        _bus.Pump(10);
    }
}
