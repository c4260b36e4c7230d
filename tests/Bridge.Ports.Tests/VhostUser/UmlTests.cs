using Bridge.Ports.Tests.Sockets;
using Bridge.Rpmsg;
using Bridge.Virtio;

namespace Bridge.Ports.Tests.VhostUser;

/// <summary>User-mode Linux as front end: its exact sequences, over a real pair of relays, towards applications at the device's side.</summary>
[Trait("Category", "VhostUser")]
public sealed class UmlTests
{
    private const uint GuestAddress = 0x400;

    [Fact]
    public async Task Probe_OfUml_StartsTheRemoteDevice()
    {
        await using VhostRig rig = await VhostRig.Start();
        using Guest guest = new();
        using ScriptedFrontEnd front = new(rig.SocketPath);
        await front.ProbeAsUml(guest);
        await rig.UntilRunning();

        Assert.Equal(
            DeviceStatus.Acknowledge | DeviceStatus.Driver | DeviceStatus.FeaturesOk | DeviceStatus.DriverOk, await rig.Ask(() => rig.DeviceRelay.Status));
        Assert.Equal(Guest.Features, await rig.Ask(() => rig.DriverRelay.ReadStatus().Features));
        await rig.Until(() => rig.DriverRelay.ReadStatus().Queues is [{ Posted: 256 }, { Posted: 0 }]);
    }

    [Fact]
    public async Task Service_OfTheDeviceSide_IsAnnouncedAndTalksToTheGuest()
    {
        await using VhostRig rig = await VhostRig.Start(null, "rpmsg-raw");
        using Application service = await rig.Open("d/services/rpmsg-raw");
        using Guest guest = new();
        using ScriptedFrontEnd front = new(rig.SocketPath);
        await front.ProbeAsUml(guest);

        uint address = await Announced(front, guest);
        await front.Send(guest, GuestAddress, address, Guest.Text("ping"));
        Assert.Equal("ping"u8.ToArray(), await service.Receive());
        await service.Send("pong"u8.ToArray());
        (RpmsgHeader header, byte[] payload) = await front.Receive(guest);
        Assert.Equal((address, GuestAddress), (header.Source, header.Destination));
        Assert.Equal("pong"u8.ToArray(), payload);
    }

    [Fact]
    public async Task Burst_OfTwentyThousandEachWay_LosesNothing()
    {
        const int Count = 20_000;
        await using VhostRig rig = await VhostRig.Start(null, "rpmsg-raw");
        using Application service = await rig.Open("d/services/rpmsg-raw");
        using Guest guest = new();
        using ScriptedFrontEnd front = new(rig.SocketPath);
        await front.ProbeAsUml(guest);
        uint address = await Announced(front, guest);

        Task<int> receiving = Task.Run(async () =>
        {
            for (int i = 0; i < Count; i++)
                Assert.Equal(i, BitConverter.ToInt32(await service.Receive()));
            return Count;
        });
        for (int i = 0; i < Count; i++)
            await front.Send(guest, GuestAddress, address, BitConverter.GetBytes(i));
        Assert.Equal(Count, await receiving);

        Task sending = Task.Run(async () =>
        {
            for (int i = 0; i < Count; i++)
                await service.Send(BitConverter.GetBytes(i));
        });
        for (int i = 0; i < Count; i++)
            Assert.Equal(i, BitConverter.ToInt32((await front.Receive(guest)).Payload));
        await sending;
    }

    [Fact]
    public async Task Rebind_OfTheDriver_IsANewEpochAndWorks()
    {
        await using VhostRig rig = await VhostRig.Start(null, "rpmsg-raw");
        using Application service = await rig.Open("d/services/rpmsg-raw");
        using Guest guest = new();
        using ScriptedFrontEnd front = new(rig.SocketPath);
        await front.ProbeAsUml(guest);
        uint first = await Announced(front, guest);
        uint epoch = await rig.RemoteEpoch();

        await front.UnbindAsUml();
        guest.Rebind();
        await front.StartAsUml(guest);

        Assert.Equal(first, await Announced(front, guest));
        Assert.NotEqual(epoch, await rig.RemoteEpoch());
        await front.Send(guest, GuestAddress, first, Guest.Text("again"));
        Assert.Equal("again"u8.ToArray(), await service.Receive());
    }

    [Fact]
    public async Task Rebind_AtTheSamePlaceWithoutAnyTraffic_IsANewEpochToo()
    {
        await using VhostRig rig = await VhostRig.Start();
        using Guest guest = new();
        using ScriptedFrontEnd front = new(rig.SocketPath);
        await front.ProbeAsUml(guest);
        await rig.UntilRunning();
        uint epoch = await rig.RemoteEpoch();

        await front.UnbindAsUml();
        await front.StartAsUml(guest);
        await rig.UntilRunning();
        await rig.Until(() => rig.DeviceRelay.ReadStatus().Epoch != epoch);
        await rig.Until(() => rig.DriverRelay.ReadStatus().Queues is [{ Posted: 256 }, _]);
    }

    [Fact]
    public async Task FrontEnd_ThatDies_EndsTheEpochAndAnotherOneStarts()
    {
        await using VhostRig rig = await VhostRig.Start(null, "rpmsg-raw");
        using Application service = await rig.Open("d/services/rpmsg-raw");
        using (Guest guest = new())
        {
            using ScriptedFrontEnd front = new(rig.SocketPath);
            await front.ProbeAsUml(guest);
            await Announced(front, guest);
        }

        await rig.Until(() => rig.DeviceRelay.Status == DeviceStatus.None);
        using Guest second = new();
        using ScriptedFrontEnd next = new(rig.SocketPath);
        await next.ProbeAsUml(second);
        uint address = await Announced(next, second);
        await next.Send(second, GuestAddress, address, Guest.Text("new"));
        Assert.Equal("new"u8.ToArray(), await service.Receive());
    }

    [Fact]
    public async Task LinkCut_WhileMessagesFlow_LosesNothing()
    {
        const int Count = 2_000;
        await using VhostRig rig = await VhostRig.Start(null, "rpmsg-raw");
        using Application service = await rig.Open("d/services/rpmsg-raw");
        using Guest guest = new();
        using ScriptedFrontEnd front = new(rig.SocketPath);
        await front.ProbeAsUml(guest);
        uint address = await Announced(front, guest);
        Task receiving = Task.Run(async () =>
        {
            for (int i = 0; i < Count; i++)
                Assert.Equal(i, BitConverter.ToInt32(await service.Receive()));
        });
        for (int i = 0; i < Count; i++)
        {
            await front.Send(guest, GuestAddress, address, BitConverter.GetBytes(i));
            if (i % 500 != 250)
                continue;
            await rig.Down();
            await rig.Up();
        }

        await receiving;
    }

    [Fact]
    public async Task SecondFrontEnd_WhileOneIsThere_IsTurnedAway()
    {
        await using VhostRig rig = await VhostRig.Start();
        using Guest guest = new();
        using ScriptedFrontEnd front = new(rig.SocketPath);
        await front.ProbeAsUml(guest);
        using ScriptedFrontEnd second = new(rig.SocketPath);
        await second.UntilClosed();
        Assert.Equal(1, (await rig.Status()).Counters.Refused);
        Assert.NotEqual(0ul, await front.Get(1));
    }

    private static async Task<uint> Announced(ScriptedFrontEnd front, Guest guest)
    {
        (RpmsgHeader header, byte[] payload) = await front.Receive(guest);
        Assert.Equal(RpmsgAddress.NameService, header.Destination);
        Assert.True(NameServiceMessage.TryRead(payload, littleEndian: true, out NameServiceMessage message, out _));
        Assert.Equal("rpmsg-raw", message.Name);
        return message.Address;
    }
}
