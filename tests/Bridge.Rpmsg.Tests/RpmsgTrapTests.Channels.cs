using System.Text;

namespace Bridge.Rpmsg.Tests;

// Traps 11 to 16: names, addresses and who may be reached.
public sealed partial class RpmsgTrapTests
{
    [Fact]
    public void Trap11_SecondDriverOk_AnnouncesEachLiveEndpointOnce()
    {
        RpmsgEndpoint before = _bus.CreateEndpoint("before");
        RpmsgEndpoint gone = _bus.CreateEndpoint("gone");
        _bus.Announce(before);
        _bus.Announce(gone);
        _bus.Attach(_rings, Features);
        _bus.Announce(_bus.CreateEndpoint("during"));
        _bus.Detach();
        _bus.DestroyEndpoint(gone);
        _bus.Announce(_bus.CreateEndpoint("between"));
        var second = new FakeRings();

        _bus.Attach(second, Features);

        Assert.Equal(["+before@1024", "+gone@1025", "+during@1026"], Wire.Describe(_rings));
        Assert.Equal(["+before@1024", "+during@1026", "+between@1027"], Wire.Describe(second));
    }

    [Fact]
    public void Trap12_TwoChannelsOfOneName_LiveSideBySide()
    {
        RpmsgEndpoint first = _bus.CreateEndpoint("twin");
        RpmsgEndpoint second = _bus.CreateEndpoint("twin");
        _bus.Announce(first);
        _bus.Announce(second);
        _bus.Attach(_rings, Features);
        _rings.Incoming.Enqueue(Wire.NameService("theirs", 1));
        _rings.Incoming.Enqueue(Wire.NameService("theirs", 2));
        _rings.Incoming.Enqueue(Wire.Message(9, second.Address, "x"u8));
        _bus.Pump(10);
        _bus.Withdraw(first);

        Assert.Equal(["+twin@1024", "+twin@1025", "-twin@1024"], Wire.Describe(_rings));
        Assert.Equal(["+theirs@1", "+theirs@2", "message 9>1025 1"], _handler.Events);
    }

    [Fact]
    public void Trap13_MessageToTheAddressServiceOfADriver_IsAnUnknownAddress()
    {
        _bus.Attach(_rings, Features | RpmsgFeatures.AddressService);
        _rings.Incoming.Enqueue(Wire.Message(1, 54, new byte[44]));
        _bus.Pump(10);
        Assert.Equal(1, _bus.Counters.UnknownAddress);
        Assert.Equal(RpmsgError.AddressReserved, Assert.Throws<RpmsgException>(() => _bus.CreateEndpoint("as", 54)).Error);
    }

    [Fact]
    public void Trap13_NameServiceWithAnnounceFlag_IsACreate()
    {
        _bus.Attach(_rings, Features);
        _rings.Incoming.Enqueue(Wire.NameService("a", 1, flags: 2));
        _rings.Incoming.Enqueue(Wire.NameService("a", 1, flags: 3));
        _bus.Pump(10);
        Assert.Equal(["+a@1", "-a@1"], _handler.Events);
    }

    [Fact]
    public void Trap13_NameOf32BytesWithoutNul_ReadsNothingBehindIt()
    {
        _bus.Attach(_rings, Features);
        byte[] name = Encoding.ASCII.GetBytes("0123456789abcdef0123456789abcdef");
        _rings.Incoming.Enqueue(Wire.Message(1, 53, Wire.NamePayload(name, 0x41414141, 0)));
        _bus.Pump(10);
        Assert.Equal(["+0123456789abcdef0123456789abcde@1094795585"], _handler.Events);
        Assert.Equal(1, _bus.Counters.UnterminatedName);
    }

    [Fact]
    public void Trap14_DestinationAny_IsRefusedAndNothingIsSent()
    {
        RpmsgEndpoint endpoint = _bus.CreateEndpoint("a");
        _bus.Attach(_rings, Features);
        Assert.Equal(RpmsgAddress.Any, endpoint.Remote);
        Assert.Throws<ArgumentException>(() => _bus.TrySend(endpoint.Address, endpoint.Remote, "x"u8));
        Assert.True(_bus.TryReserve(out _));
        Assert.Throws<ArgumentException>(() => _bus.Commit(endpoint.Address, endpoint.Remote, 0));
        Assert.Empty(_rings.Sent);
    }

    [Fact]
    public void Trap15_AddressJustFreed_IsNotGivenOutAgainUntilTheCircleCloses()
    {
        var seen = new HashSet<uint>();
        for (int i = 0; i < 64512; i++)
        {
            RpmsgEndpoint endpoint = _bus.CreateEndpoint("x");
            Assert.True(seen.Add(endpoint.Address), $"{endpoint.Address} given twice");
            _bus.DestroyEndpoint(endpoint);
        }

        Assert.Equal(1024u, _bus.CreateEndpoint("x").Address);
    }

    [Fact]
    public void Trap15_AllDynamicAddressesTaken_IsExhaustedUntilOneIsFreed()
    {
        var endpoints = Enumerable.Range(0, 64512).Select(_ => _bus.CreateEndpoint("x")).ToList();
        Assert.Equal(RpmsgError.AddressExhausted, Assert.Throws<RpmsgException>(() => _bus.CreateEndpoint("x")).Error);
        Assert.Equal(500u, _bus.CreateEndpoint("x", 500).Address);
        _bus.DestroyEndpoint(endpoints[3000]);
        Assert.Equal(endpoints[3000].Address, _bus.CreateEndpoint("x").Address);
        Assert.Throws<RpmsgException>(() => _bus.CreateEndpoint("x"));
    }

    [Fact]
    public void Trap15_FixedAddressThatIsTaken_FailsCleanly()
    {
        RpmsgEndpoint owner = _bus.CreateEndpoint("a", 2000);
        Assert.Equal(RpmsgError.AddressInUse, Assert.Throws<RpmsgException>(() => _bus.CreateEndpoint("b", 2000)).Error);
        Assert.Same(owner, Assert.Single(_bus.Endpoints));
        _bus.DestroyEndpoint(owner);
        Assert.Equal(2000u, _bus.CreateEndpoint("b", 2000).Address);
    }

    [Fact]
    public void Trap16_DataBeforeAnyAnnouncement_IsTakenAndItsSourceLearnt()
    {
        RpmsgEndpoint endpoint = _bus.CreateEndpoint("a");
        _bus.Attach(_rings, Features);
        _rings.Incoming.Enqueue(Wire.Message(1099, endpoint.Address, "early"u8));
        _handler.Message = (to, _, payload) => _bus.TrySend(to.Address, to.Remote, payload);
        _bus.Pump(10);
        Assert.Equal(1099u, endpoint.Remote);
        Assert.Equal(["1024>1099 early"], Wire.Describe(_rings));
    }
}
