using Bridge.Ports.CrossConnect;
using Bridge.Ports.Tests.Sockets;
using Bridge.Ports.Tests.VhostUser;
using Bridge.Rpmsg;
using Bridge.Virtio;

namespace Bridge.Ports.Tests.CrossConnect;

/// <summary>The whole port, with relays: user-mode Linux's sequences at its socket, a driver behind the lane.</summary>
[Trait("Category", "VhostUser")]
public sealed class CrossConnectDevicePortTests
{
    private const uint GuestAddress = 0x400;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Drivers_InEitherOrder_HearOfEachOthersNamesAndTalk(bool remoteFirst)
    {
        await using CrossRig rig = await CrossRig.Start();
        using Guest guest = new();
        Application? offering = null;
        if (remoteFirst)
        {
            await rig.Up();
            offering = await rig.Open("v/services/offered");
        }

        // The socket is there without a link.
        using ScriptedFrontEnd front = new(rig.SocketPath);
        await front.ProbeAsUml(guest);
        await rig.UntilRunning(remote: remoteFirst, local: true);
        await AnnounceAsync(front, guest, "thing");
        if (!remoteFirst)
        {
            await rig.Up();
            offering = await rig.Open("v/services/offered");
        }

        using (offering)
        {
            (RpmsgHeader header, byte[] payload) = await front.Receive(guest);
            Assert.Equal(RpmsgAddress.NameService, header.Destination);
            Assert.True(NameServiceMessage.TryRead(payload, littleEndian: true, out NameServiceMessage name, out _));
            Assert.Equal(("offered", false), (name.Name, name.IsDestroy));
            await front.Send(guest, GuestAddress, name.Address, Guest.Text("ping"));
            Assert.Equal("ping"u8.ToArray(), await offering!.Receive());
            await offering.Send("pong"u8.ToArray());
            (header, payload) = await front.Receive(guest);
            Assert.Equal((name.Address, GuestAddress), (header.Source, header.Destination));
            Assert.Equal("pong"u8.ToArray(), payload);
        }

        using Application opened = await rig.Open("v/channels/thing");
        CrossConnectStatus status = await rig.Status();
        Assert.Equal([new AnnouncedName("thing", GuestAddress)], status.Local.Names);
        Assert.Equal(DeviceStatus.DriverOk, status.LocalRelay.Status & DeviceStatus.DriverOk);
        Assert.NotNull(status.FrontEnd.FrontEndProcess);
    }

    [Fact]
    public async Task FrontEnd_ThatDies_WithdrawsItsNamesAndAnotherOneStarts()
    {
        await using CrossRig rig = await CrossRig.Start();
        await rig.Up();
        using (Guest guest = new())
        {
            using ScriptedFrontEnd front = new(rig.SocketPath);
            await front.ProbeAsUml(guest);
            await rig.UntilRunning(remote: true, local: true);
            await AnnounceAsync(front, guest, "thing");
            await rig.Until(() => rig.Has("v/channels/thing"));
        }

        await rig.UntilRunning(remote: true, local: false);
        await rig.Until(() => !rig.Has("v/channels/thing"));
        using Guest second = new();
        using ScriptedFrontEnd next = new(rig.SocketPath);
        await next.ProbeAsUml(second);
        await AnnounceAsync(next, second, "thing");
        await rig.Until(() => rig.Has("v/channels/thing"));
    }

    [Fact]
    public async Task Rebind_OfTheLocalDriver_IsANewLifeForItAlone()
    {
        await using CrossRig rig = await CrossRig.Start();
        await rig.Up();
        using Guest guest = new();
        using ScriptedFrontEnd front = new(rig.SocketPath);
        await front.ProbeAsUml(guest);
        await rig.UntilRunning(remote: true, local: true);
        await AnnounceAsync(front, guest, "thing");
        await rig.Until(() => rig.Has("v/channels/thing"));
        uint epoch = (await rig.Status()).LocalRelay.Epoch;

        await front.UnbindAsUml();
        guest.Rebind();
        await front.StartAsUml(guest);

        await rig.Until(() => rig.Port.ReadStatus() is { Remote.IsRunning: true, Local.IsRunning: true } status && status.LocalRelay.Epoch != epoch);
        await rig.Until(() => !rig.Has("v/channels/thing"));
        await AnnounceAsync(front, guest, "thing");
        await rig.Until(() => rig.Has("v/channels/thing"));
    }

    [Fact]
    public async Task LinkCut_WhileTheLocalDriverSends_LosesNothing()
    {
        const int Count = 2000;
        await using CrossRig rig = await CrossRig.Start();
        await rig.Up();
        using Application offering = await rig.Open("v/services/offered");
        using Guest guest = new();
        using ScriptedFrontEnd front = new(rig.SocketPath);
        await front.ProbeAsUml(guest);
        (_, byte[] payload) = await front.Receive(guest);
        Assert.True(NameServiceMessage.TryRead(payload, littleEndian: true, out NameServiceMessage name, out _));
        Task receiving = Task.Run(async () =>
        {
            for (int i = 0; i < Count; i++)
                Assert.Equal(i, BitConverter.ToInt32(await offering.Receive()));
        });
        for (int i = 0; i < Count; i++)
        {
            await front.Send(guest, GuestAddress, name.Address, BitConverter.GetBytes(i));
            if (i % 500 != 250)
                continue;
            await rig.Down();
            await rig.Up();
        }

        await receiving;
        Assert.Equal(Count, (await rig.Status()).Local.Counters.Passed);
    }

    [Fact]
    public async Task FrontEnd_SpoiledRing_EndsItsLifeAndTheOtherDriverGoesOn()
    {
        await using CrossRig rig = await CrossRig.Start();
        await rig.Up();
        using Guest guest = new();
        using ScriptedFrontEnd front = new(rig.SocketPath);
        await front.ProbeAsUml(guest);
        await rig.UntilRunning(remote: true, local: true);
        await AnnounceAsync(front, guest, "thing");
        await rig.Until(() => rig.Has("v/channels/thing"));

        guest.Spoil(1);
        front.Kick(1);

        await rig.Until(() => rig.Port.ReadStatus().LocalRelay.Counters.BrokenQueues == 1);
        Assert.True((await rig.Status()).Remote.IsRunning);
        await front.UnbindAsUml();
        guest.Clear();
        await front.StartAsUml(guest);
        await rig.UntilRunning(remote: true, local: true);
        await AnnounceAsync(front, guest, "other");
        await rig.Until(() => rig.Has("v/channels/other") && !rig.Has("v/channels/thing"));
    }

    private static async Task AnnounceAsync(ScriptedFrontEnd front, Guest guest, string name)
    {
        byte[] payload = new byte[NameServiceMessage.Size];
        new NameServiceMessage(name, GuestAddress, NameServiceFlags.Create).Write(payload, littleEndian: true);
        await front.Send(guest, GuestAddress, RpmsgAddress.NameService, payload);
    }
}
