using System.Buffers.Binary;
using System.Text;
using Bridge.Ports.Sockets;
using Bridge.Rpmsg;

namespace Bridge.Ports.Tests.Sockets;

/// <summary>The address service of the 2020 vhost series between applications: whoever offers a service may speak first, also to a peer that does not speak the flow service.</summary>
public sealed class AddressServiceTests
{
    private const uint Echo = 30;

    [Fact]
    public async Task Offer_IsMadeAndAcceptedOnlyWhereConfigured()
    {
        foreach (bool configured in new[] { true, false })
        {
            await using ForeignDriver device = await ForeignDriver.Start(flow: false, options => Configured(options, configured));
            Assert.Equal(configured, (device.Device.Offer.Features & RpmsgFeatures.AddressService) != 0);

            await using ScriptedDevice driver = new(configured);
            driver.Port.OnOffer(ScriptedDevice.Offer(RpmsgFeatures.NameService | RpmsgFeatures.AddressService), driver);
            driver.Port.OnResetDone();
            Assert.Contains(configured ? "features 3" : "features 1", driver.Calls);
        }
    }

    [Fact]
    public void Options_MessagesTooSmallForIt_AreAnError()
    {
        SocketsOptions options = new() { Device = "d", RunDirectory = "/x", AddressService = true, Rpmsg = new RpmsgOptions(BufferSize: 59) };
        Assert.Contains("44 bytes", Assert.Single(options.FindErrors()), StringComparison.Ordinal);
        Assert.Empty((options with { Rpmsg = new RpmsgOptions(BufferSize: 60) }).FindErrors());
        Assert.Empty((options with { AddressService = false }).FindErrors());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ServiceSpeaksFirst_BetweenTwoPorts_ReachesWhoOpenedTheChannel(bool flow)
    {
        await using Loopback loopback = await Loopback.Start(
            driver => driver with { Flow = flow, AddressService = true },
            device => device with { Flow = flow, AddressService = true, Services = [new ServiceOptions("echo", Echo)] });
        using Application server = await loopback.Open("d/services/echo");
        using (Application client = await loopback.Open("v/channels/echo"))
        {
            await server.Send("unasked"u8.ToArray());
            Assert.Equal("unasked"u8.ToArray(), await client.Receive());
            await client.Send("answer"u8.ToArray());
            Assert.Equal("answer"u8.ToArray(), await server.Receive());
        }

        // FREE ends it at the service, as a Close does.
        Assert.Empty(await server.Receive());
        SocketsStatus status = await loopback.DeviceStatus();
        Assert.Equal((0L, 0L, 0L), (status.Bus.AddressServiceBusy, status.Bus.AddressServiceReserved, status.Bus.BadAddressService));
    }

    [Fact]
    public async Task Assign_FromAForeignDriver_BindsAndFreeEnds()
    {
        await using ForeignDriver driver = await ForeignDriver.Start(flow: false, options => Configured(options, true), RpmsgFeatures.AddressService);
        uint peer = driver.Bus.CreateEndpoint("echo", 1040).Address;
        using Application server = await driver.Open("d/services/echo");
        await driver.Until(() => driver.Announced.Contains(("echo", Echo)));

        // As the series does: its own CREATE back first.
        await driver.Announce("echo", peer);
        await Send(driver, "echo", peer, Echo, 1);
        await server.Send("first"u8.ToArray());
        await driver.Until(() => driver.Messages.Count == 1);
        Assert.Equal((Echo, peer, "first"), (driver.Messages[0].Source, driver.Messages[0].Destination, Encoding.ASCII.GetString(driver.Messages[0].Payload)));

        // A second one, one without a name and a FREE of somebody else change nothing.
        await Send(driver, "echo", 1041, Echo, 1);
        await Send(driver, "other", 1041, Echo, 1);
        await Send(driver, "echo", 1041, Echo, 2);
        await Send(driver, "echo", RpmsgAddress.Any, Echo, 1);
        await driver.Until(() => driver.Device.ReadStatus() is { Bus: { AddressServiceBusy: 1, AddressServiceUnknown: 1, AddressServiceNotBound: 1, AddressServiceReserved: 1 }, Counters.PeersRefused: 1 });
        await server.Send("second"u8.ToArray());
        await driver.Until(() => driver.Messages.Count == 2);
        Assert.Equal(peer, driver.Messages[1].Destination);

        await Send(driver, "echo", peer, Echo, 2);
        Assert.Empty(await server.Receive());
    }

    [Fact]
    public async Task Assign_AfterTheFirstMessageBound_ConfirmsIt()
    {
        await using ForeignDriver driver = await ForeignDriver.Start(flow: false, options => Configured(options, true), RpmsgFeatures.AddressService);
        using Application server = await driver.Open("d/services/echo");
        await driver.Until(() => driver.Announced.Contains(("echo", Echo)));

        await driver.Send(1040, Echo, "early"u8.ToArray());
        await Send(driver, "echo", 1040, Echo, 1);
        Assert.Equal("early"u8.ToArray(), await server.Receive());
        await Send(driver, "echo", 1040, Echo, 2);

        Assert.Empty(await server.Receive());
        SocketsStatus status = await driver.Status();
        Assert.Equal((0L, 0L, 0L), (status.Bus.AddressServiceBusy, status.Bus.AddressServiceNotBound, status.Counters.PeersRefused));
    }

    private static SocketsOptions Configured(SocketsOptions options, bool addressService) =>
        options with { AddressService = addressService, Services = [new ServiceOptions("echo", Echo)] };

    private static Task Send(ForeignDriver driver, string name, uint destination, uint source, uint flags)
    {
        byte[] payload = new byte[44];
        Encoding.ASCII.GetBytes(name, payload);
        BinaryPrimitives.WriteUInt32LittleEndian(payload.AsSpan(32), destination);
        BinaryPrimitives.WriteUInt32LittleEndian(payload.AsSpan(36), source);
        BinaryPrimitives.WriteUInt32LittleEndian(payload.AsSpan(40), flags);
        return driver.Send(1040, 54, payload);
    }
}
