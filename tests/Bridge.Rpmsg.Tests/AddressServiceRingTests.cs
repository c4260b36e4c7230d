using Bridge.Virtio;

namespace Bridge.Rpmsg.Tests;

/// <summary>The address service over real rings: both roles together, and each against a foreign peer's bytes.</summary>
public sealed class AddressServiceRingTests : IDisposable
{
    private const ulong Features = RpmsgFeatures.NameService | RpmsgFeatures.AddressService | VirtioFeatures.Version1;

    // The 2020 series' virtio side: a header from its endpoint 0x400 to 54, then "echo", dst 0x400, src 30, ASSIGN.
    private static readonly byte[] GoldenAssign =
    [
        0x00, 0x04, 0, 0, 54, 0, 0, 0, 0, 0, 0, 0, 44, 0, 0, 0,
        (byte)'e', (byte)'c', (byte)'h', (byte)'o', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0x00, 0x04, 0, 0, 30, 0, 0, 0, 1, 0, 0, 0,
    ];

    // The series' vhost side: a header from its endpoint 30 to 53, then "echo", address 30, CREATE | AS_ANNOUNCE.
    private static readonly byte[] GoldenCreate =
    [
        30, 0, 0, 0, 53, 0, 0, 0, 0, 0, 0, 0, 40, 0, 0, 0,
        (byte)'e', (byte)'c', (byte)'h', (byte)'o', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        30, 0, 0, 0, 2, 0, 0, 0,
    ];

    private readonly RingPair _pair = new();
    private readonly RecordingHandler _handler = new();

    public void Dispose() => _pair.Dispose();

    [Fact]
    public void VhostSide_ForeignDriver_GetsTheGoldenCreateAndItsAssignBinds()
    {
        RpmsgBus bus = Attach(_pair.Device, _handler);
        RpmsgEndpoint echo = bus.CreateEndpoint("echo", 30);
        bus.Announce(echo);
        Assert.Equal(GoldenCreate, TakeFrom(_pair.Driver));

        // As the series: the CREATE comes back first, then the ASSIGN, then data may flow from either side.
        Put(_pair.Driver, Wire.NameService("echo", 1024));
        Put(_pair.Driver, GoldenAssign);
        bus.Pump(10);

        Assert.Equal(["+echo@1024", "assigned 30>1024"], _handler.Events);
        Assert.True(bus.TrySend(echo.Address, echo.Remote, "first"u8));
        Assert.Equal(Wire.Message(30, 1024, "first"u8), TakeFrom(_pair.Driver));

        byte[] free = [.. GoldenAssign];
        free[^4] = 2;
        Put(_pair.Driver, free);
        Put(_pair.Driver, Wire.NameService("echo", 1024, flags: 1));
        bus.Pump(10);
        Assert.Equal(["freed 30>1024", "-echo@1024"], _handler.Events[2..]);
        Assert.Equal(RpmsgAddress.Any, echo.Remote);
    }

    [Fact]
    public void VirtioSide_ForeignDevice_GetsTheGoldenAssignBeforeData()
    {
        RpmsgBus bus = Attach(_pair.Driver, _handler);
        Put(_pair.Device, GoldenCreate);
        bus.Pump(10);
        Assert.Equal(["+echo@30"], _handler.Events);

        RpmsgEndpoint endpoint = bus.CreateEndpoint("echo", address: null, 30);
        bus.Assign("echo", endpoint.Address, 30);
        Assert.True(bus.TrySend(endpoint.Address, 30, "x"u8));
        bus.Free("echo", endpoint.Address, 30);

        Assert.Equal(GoldenAssign, TakeFrom(_pair.Device));
        Assert.Equal(Wire.Message(1024, 30, "x"u8), TakeFrom(_pair.Device));
        byte[] free = [.. GoldenAssign];
        free[^4] = 2;
        Assert.Equal(free, TakeFrom(_pair.Device));
    }

    [Fact]
    public void BothRoles_SendFirstFromTheVhostSide_ReachesWhoOpenedTheChannel()
    {
        RpmsgBus device = Attach(_pair.Device, _handler);
        RpmsgEndpoint echo = device.CreateEndpoint("echo", 30);
        device.Announce(echo);
        var there = new RecordingHandler();
        RpmsgBus driver = Attach(_pair.Driver, there);
        there.Announced = (name, address) => driver.Assign(name, driver.CreateEndpoint(name, address: null, address).Address, address);

        driver.Pump(10);
        device.Pump(10);
        Assert.True(device.TrySend(echo.Address, echo.Remote, "unasked"u8));
        driver.Pump(10);

        Assert.Equal(["+echo@30", "message 30>1024 7"], there.Events);
        Assert.Equal(["assigned 30>1024"], _handler.Events);
    }

    [Fact]
    public void BothRoles_AnnouncedAnewWhileAnAssignIsUnderWay_EndUnbound()
    {
        RpmsgBus device = Attach(_pair.Device, _handler);
        RpmsgEndpoint echo = device.CreateEndpoint("echo", 30);
        device.Announce(echo);
        RpmsgBus driver = Attach(_pair.Driver, new RecordingHandler());
        driver.Pump(10);
        driver.Assign("echo", 1024, 30);

        // The ASSIGN lies in the ring while the service is withdrawn and announced again; the virtio side frees what it had assigned.
        device.Withdraw(echo);
        device.Announce(echo);
        driver.Pump(10);
        device.Pump(10);

        Assert.Equal(["assigned 30>1024", "freed 30>1024"], _handler.Events);
        driver.Assign("echo", 1025, 30);
        device.Pump(10);
        Assert.Equal("assigned 30>1025", _handler.Events[^1]);
        Assert.Equal(0, device.Counters.AddressServiceBusy);
    }

    [Fact]
    public void Legacy_BothRoles_SpeakNativeOrder()
    {
        using var pair = new RingPair(features: 0);
        var device = new RpmsgBus(pair.Options, _handler);
        device.Announce(device.CreateEndpoint("echo", 30));
        device.Attach(pair.Device, Features & ~VirtioFeatures.Version1);
        var driver = new RpmsgBus(pair.Options, new RecordingHandler());
        driver.Attach(pair.Driver, Features & ~VirtioFeatures.Version1);
        driver.Pump(10);
        driver.Assign("echo", 1024, 30);
        device.Pump(10);
        Assert.Equal(["assigned 30>1024"], _handler.Events);
    }

    private static void Put(RpmsgRings rings, byte[] message)
    {
        Assert.True(rings.TryReserve(out Span<byte> buffer));
        message.CopyTo(buffer);
        rings.Commit(message.Length);
    }

    private static byte[] TakeFrom(RpmsgRings rings)
    {
        Assert.True(rings.TryReceive(out ReadOnlySpan<byte> message, out int token), "nothing was sent");
        byte[] bytes = message.ToArray();
        rings.Release(token);
        return bytes;
    }

    private RpmsgBus Attach(RpmsgRings rings, IRpmsgHandler handler)
    {
        var bus = new RpmsgBus(_pair.Options, handler);
        bus.Attach(rings, Features);
        return bus;
    }
}
