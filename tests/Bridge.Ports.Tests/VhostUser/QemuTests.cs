using Bridge.Ports.Tests.Sockets;
using Bridge.Rpmsg;
using Bridge.Virtio;

namespace Bridge.Ports.Tests.VhostUser;

/// <summary>QEMU as front end: its sequences when a guest starts, is stopped and goes on, is reset, and when its memory map changes.</summary>
[Trait("Category", "VhostUser")]
public sealed class QemuTests
{
    private const uint GuestAddress = 0x400;

    [Fact]
    public async Task Start_WithKicksBeforeEnable_RunsAndTalks()
    {
        await using Started run = await Started.AsQemu();
        await run.Front.Send(run.Guest, GuestAddress, run.Address, Guest.Text("one"));
        Assert.Equal("one"u8.ToArray(), await run.Service.Receive());
    }

    [Fact]
    public async Task Stop_ThenGoOnWithTheReturnedBase_IsTheSameEpochAndLosesNothing()
    {
        await using Started run = await Started.AsQemu();
        uint epoch = await run.Rig.RemoteEpoch();
        (uint base0, uint base1) = await run.Front.StopAsQemu();
        Assert.Equal((257u, 0u), (base0, base1));

        await run.Service.Send("bind me"u8.ToArray());
        await run.Front.StartAsQemu(run.Guest, base0, base1, negotiate: false);
        await run.Front.Send(run.Guest, GuestAddress, run.Address, Guest.Text("still here"));
        Assert.Equal("still here"u8.ToArray(), await run.Service.Receive());
        Assert.Equal("bind me"u8.ToArray(), (await run.Front.Receive(run.Guest)).Payload);
        Assert.Equal(epoch, await run.Rig.RemoteEpoch());
    }

    [Fact]
    public async Task Stopped_Queue_IsNeitherWrittenNorCalledUntilItGoesOn()
    {
        await using Started run = await Started.AsQemu();
        await run.Front.Send(run.Guest, GuestAddress, run.Address, Guest.Text("bind"));
        Assert.Equal("bind"u8.ToArray(), await run.Service.Receive());
        // The used element of that message may still be under way: it must not come after the stop.
        await run.Rig.Until(() => run.Rig.DriverRelay.InFlight == 256);
        (uint base0, uint base1) = await run.Front.StopAsQemu();
        while (run.Front.TakeCall(0) | run.Front.TakeCall(1))
        {
            // Calls from before the stop.
        }

        byte[] before = run.Guest.Window.GetSpan(Guest.GuestBase, (uint)run.Guest.Length).ToArray();
        for (int i = 0; i < 5; i++)
            await run.Service.Send(new byte[] { (byte)i });
        // The device has written them into its own ring, and the relay has got them: they are held.
        await run.Rig.Until(() => run.Rig.DeviceRelay.ReadStatus().Queues[0].Used == 6);
        await run.Rig.Do(() => { });
        Assert.True(before.AsSpan().SequenceEqual(run.Guest.Window.GetSpan(Guest.GuestBase, (uint)run.Guest.Length)), "the guest's memory changed");
        Assert.False(run.Front.TakeCall(0) | run.Front.TakeCall(1));

        await run.Front.StartAsQemu(run.Guest, base0, base1, negotiate: false);
        for (int i = 0; i < 5; i++)
            Assert.Equal([(byte)i], (await run.Front.Receive(run.Guest)).Payload);
    }

    [Fact]
    public async Task Stop_AndLinkCutWhileStopped_LosesNothing()
    {
        await using Started run = await Started.AsQemu();
        await run.Front.Send(run.Guest, GuestAddress, run.Address, Guest.Text("bind"));
        Assert.Equal("bind"u8.ToArray(), await run.Service.Receive());
        (uint base0, uint base1) = await run.Front.StopAsQemu();
        for (int i = 0; i < 20; i++)
            await run.Service.Send(new byte[] { (byte)i });
        await run.Rig.Until(() => run.Rig.DeviceRelay.ReadStatus().Queues[0].Used == 21);
        await run.Rig.Down();
        await run.Rig.Up();
        await run.Front.StartAsQemu(run.Guest, base0, base1, negotiate: false);
        for (int i = 0; i < 20; i++)
            Assert.Equal([(byte)i], (await run.Front.Receive(run.Guest)).Payload);
    }

    [Fact]
    public async Task GuestReset_WithAnotherBase_IsANewEpoch()
    {
        await using Started run = await Started.AsQemu();
        uint epoch = await run.Rig.RemoteEpoch();
        await run.Front.StopAsQemu();
        run.Guest.Rebind();
        await run.Front.StartAsQemu(run.Guest, negotiate: false);
        await run.Rig.UntilRunning();
        await run.Rig.Until(() => run.Rig.DeviceRelay.ReadStatus().Epoch != epoch);
    }

    [Fact]
    public async Task GuestReset_WithTheSameBaseButAFreshRing_IsANewEpoch()
    {
        await using Started run = await Started.AsQemu();
        uint epoch = await run.Rig.RemoteEpoch();
        (uint base0, uint base1) = await run.Front.StopAsQemu();
        // As if exactly 65536 chains had been taken: the numbers are those that were returned, but the used index says that the ring is new.
        run.Guest.Clear();
        await run.Front.StartAsQemu(run.Guest, base0, base1, negotiate: false);
        await run.Rig.Until(() => run.Rig.DeviceRelay.ReadStatus().Epoch != epoch);
    }

    [Fact]
    public async Task ResetDevice_WhileRunning_IsANewEpoch()
    {
        await using Started run = await Started.AsQemu();
        run.Front.Send(34);
        await run.Rig.Until(() => run.Rig.DeviceRelay.Status == DeviceStatus.None);
    }

    [Fact]
    public async Task MemoryTable_ChangedUnderRunningRings_GoesOnWithoutAReset()
    {
        await using Started run = await Started.AsQemu();
        uint epoch = await run.Rig.RemoteEpoch();
        for (int i = 0; i < 10; i++)
        {
            // QEMU sends the whole table again whenever its memory map changes; this one has got a region more, before or behind the other.
            byte[] more = ScriptedFrontEnd.Region(Guest.GuestBase + (2 * run.Guest.Length), 0x1_0000, Guest.UserBase + (2 * run.Guest.Length), 0);
            byte[] all = ScriptedFrontEnd.Region(Guest.GuestBase, run.Guest.Length, Guest.UserBase, run.Guest.FileOffset);
            await run.Front.Set(5, i % 2 == 0 ? ScriptedFrontEnd.Table(more, all) : ScriptedFrontEnd.Table(all, more), run.Guest.File, run.Guest.File);
            await run.Front.Send(run.Guest, GuestAddress, run.Address, [(byte)i]);
            Assert.Equal([(byte)i], await run.Service.Receive());
            await run.Service.Send(new byte[] { (byte)i });
            Assert.Equal([(byte)i], (await run.Front.Receive(run.Guest)).Payload);
        }

        Assert.Equal(epoch, await run.Rig.RemoteEpoch());
    }

    [Theory]
    [InlineData(0u, 60)]
    [InlineData(0u, 256)]
    [InlineData(200u, 56)]
    [InlineData(0u, 257)] // More than the protocol has: a reply without bytes, which is an error to QEMU.
    [InlineData(uint.MaxValue, 1)]
    public async Task Configuration_OfMoreThanTheDeviceHas_ReadsAsZeros(uint offset, int length)
    {
        await using Started run = await Started.AsQemu();
        byte[] request = [.. ScriptedFrontEnd.State(offset, (uint)length), .. new byte[4], .. Enumerable.Repeat((byte)0xee, length)];
        run.Front.Send(24, request);
        byte[] reply = await run.Front.Reply(24);
        Assert.Equal((ulong)offset + (ulong)length > 256 ? [] : [.. request[..12], .. new byte[length]], reply);
    }

    [Theory]
    [InlineData(0u, 0u)]
    [InlineData(0u, 1u)] // Another machine's state.
    [InlineData(uint.MaxValue, 0u)]
    public async Task ConfigurationWrite_WhereTheDeviceHasNothingToWrite_IsRefusedAndNothingElse(uint offset, uint flags)
    {
        await using Started run = await Started.AsQemu();
        byte[] request = [.. ScriptedFrontEnd.State(offset, 1), .. BitConverter.GetBytes(flags), 7];
        run.Front.Send(25, request, 1 | ScriptedFrontEnd.NeedReply);
        Assert.Equal(1ul, await run.Front.ReplyNumber(25));
        // Without NEED_REPLY there is no answer.
        run.Front.Send(25, request);
        Assert.NotEqual(0ul, await run.Front.Get(1));
        Assert.Equal(flags == 0 ? 2 : 0, await run.Rig.Ask(() => run.Rig.DriverRelay.Counters.RefusedConfigurationWrites));
    }

    [Fact]
    public async Task InBandNotifications_WhereOffered_CarryBothDoorbells()
    {
        await using VhostRig rig = await VhostRig.Start(new VhostRig(services: ["rpmsg-raw"], inBand: true));
        using Application service = await rig.Open("d/services/rpmsg-raw");
        using Guest guest = new();
        using ScriptedFrontEnd front = new(rig.SocketPath);
        await front.ProbeInBand(guest);
        Assert.Equal((4u, 0u), await front.InBandRequest());
        Assert.True(guest.TryReceive(out RpmsgHeader header, out _));
        Assert.Equal(RpmsgAddress.NameService, header.Destination);
    }

    /// <summary>A device that runs, with one service of the device side that the guest has heard of.</summary>
    private sealed class Started : IAsyncDisposable
    {
        public required VhostRig Rig { get; init; }

        public required Guest Guest { get; init; }

        public required ScriptedFrontEnd Front { get; init; }

        public required Application Service { get; init; }

        public uint Address { get; private set; }

        public static async Task<Started> AsQemu()
        {
            VhostRig rig = await VhostRig.Start(null, "rpmsg-raw");
            var run = new Started { Rig = rig, Guest = new Guest(), Front = new ScriptedFrontEnd(rig.SocketPath), Service = await rig.Open("d/services/rpmsg-raw") };
            await run.Front.StartAsQemu(run.Guest);
            (_, byte[] payload) = await run.Front.Receive(run.Guest);
            Assert.True(NameServiceMessage.TryRead(payload, littleEndian: true, out NameServiceMessage message, out _));
            run.Address = message.Address;
            return run;
        }

        public async ValueTask DisposeAsync()
        {
            Front.Dispose();
            Service.Dispose();
            await Rig.DisposeAsync();
            Guest.Dispose();
        }
    }
}
