using Bridge.Ports.Tests.Sockets;
using Bridge.Rpmsg;
using Bridge.Virtio;
using static Bridge.Ports.Tests.VhostUser.ScriptedFrontEnd;

namespace Bridge.Ports.Tests.VhostUser;

/// <summary>Memory region by region (GET_MAX_MEM_SLOTS, ADD_MEM_REG, REM_MEM_REG), as QEMU gives it wherever it is offered.</summary>
[Trait("Category", "VhostUser")]
public sealed class MemorySlotTests
{
    private const uint MaximumSlots = 36, Add = 37, Remove = 38;
    private const ulong Slots = 1ul << 15;

    [Fact]
    public async Task Regions_AddedAndRemovedWhileADriverRuns_LoseNothing()
    {
        await using VhostRig rig = await VhostRig.Start(null, "rpmsg-raw");
        using Application service = await rig.Open("d/services/rpmsg-raw");
        using Guest guest = new();
        using ScriptedFrontEnd front = new(rig.SocketPath);
        await front.NegotiateAsQemu(Slots);
        Assert.Equal(64ul, await front.Get(MaximumSlots));
        await front.Set(Add, Slot(Rings(guest)), guest.File);
        await front.Set(Add, Slot(Buffers(guest)), guest.File);
        await front.StartRingsAsQemu(guest, byTable: false);
        (_, byte[] payload) = await front.Receive(guest);
        Assert.True(NameServiceMessage.TryRead(payload, littleEndian: true, out NameServiceMessage message, out _));
        uint epoch = await rig.RemoteEpoch();
        for (byte i = 0; i < 20; i++)
        {
            byte[] more = Region(Guest.GuestBase + (4 * guest.Length) + (i * 0x10000ul), 0x10000, Guest.UserBase + (4 * guest.Length) + (i * 0x10000ul), 0);
            await front.Set(Add, Slot(more), guest.File);
            await front.Send(guest, 0x400, message.Address, [i]);
            Assert.Equal([i], await service.Receive());
            if (i % 2 == 0)
                await front.Set(Remove, Slot(more));
            await service.Send(new byte[] { i });
            Assert.Equal([i], (await front.Receive(guest)).Payload);
        }

        Assert.Equal(epoch, await rig.RemoteEpoch());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Region_WithARunningRingOrAChainInFlight_IsNotRemovedWithoutAReason(bool rings)
    {
        await using VhostRig rig = await VhostRig.Start();
        using Guest guest = new();
        using (ScriptedFrontEnd front = new(rig.SocketPath))
        {
            await front.NegotiateAsQemu(Slots);
            await front.Set(Add, Slot(Rings(guest)), guest.File);
            await front.Set(Add, Slot(Buffers(guest)), guest.File);
            await front.StartRingsAsQemu(guest, byTable: false);
            await rig.UntilRunning();
            await rig.Until(() => rig.DriverRelay.InFlight == 256);
            front.Send(Remove, Slot(rings ? Rings(guest) : Buffers(guest)));
            await front.UntilClosed();
        }

        Assert.Contains("memory without the ring", (await rig.Status()).LastFault, StringComparison.Ordinal);
        await rig.Until(() => rig.DeviceRelay.Status == DeviceStatus.None);
    }

    [Fact]
    public async Task LastRegion_WhileNothingRuns_IsRemovedAndAnotherAdded()
    {
        await using VhostRig rig = await VhostRig.Start();
        using Guest guest = new();
        using ScriptedFrontEnd front = new(rig.SocketPath);
        await front.NegotiateAsQemu(Slots);
        for (int i = 0; i < 3; i++)
        {
            await front.Set(Add, Slot(Whole(guest)), guest.File);
            if (i < 2)
                await front.Set(Remove, Slot(Whole(guest)));
        }

        await front.StartRingsAsQemu(guest, byTable: false);
        await rig.UntilRunning();
    }

    public static TheoryData<string, uint, byte[], int> Bad => new()
    {
        { "AddMemoryRegion with 39 bytes", Add, new byte[39], 1 },
        { "with 0 descriptors", Add, Slot(Region(0, 0x1000, 0, 0)), 0 },
        { "with 2 descriptors", Add, Slot(Region(0, 0x1000, 0, 0)), 2 },
        { "region of 0 bytes", Add, Slot(Region(0, 0, 0, 0)), 1 },
        { "in a file of", Add, Slot(Region(0, 1ul << 40, 0, 0)), 1 },
        { "overlap", Add, Slot(Region(Guest.GuestBase + 0x1000, 0x1000, 0, 0)), 1 },
        { "overlap", Add, Slot(Region(0, 0x1000, Guest.UserBase + 0x1000, 0)), 1 },
        { "no region of its memory", Remove, Slot(Region(0, 0x1000, 0, 0)), 0 },
        { "no region of its memory", Remove, Slot(Region(Guest.GuestBase, 0x1000, Guest.UserBase, 0)), 0 },
        { "RemoveMemoryRegion with 8 bytes", Remove, new byte[8], 0 },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public async Task Region_ThatIsWrong_DisconnectsWithAReason(string reason, uint request, byte[] payload, int descriptors)
    {
        await using VhostRig rig = await VhostRig.Start();
        using Guest guest = new();
        using ScriptedFrontEnd front = new(rig.SocketPath);
        front.Send(Add, Slot(Whole(guest)), 1, guest.File);
        front.Send(request, payload, 1, [.. Enumerable.Repeat(guest.File, descriptors)]);
        await front.UntilClosed();
        Assert.Contains(reason, (await rig.Status()).LastFault, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Regions_MoreThanThereAreSlots_DisconnectWithAReason()
    {
        await using VhostRig rig = await VhostRig.Start();
        using Guest guest = new();
        using ScriptedFrontEnd front = new(rig.SocketPath);
        for (ulong i = 0; i < 65; i++)
            front.Send(Add, Slot(Region(i << 20, 0x1000, i << 20, 0)), 1, guest.File);
        await front.UntilClosed();
        Assert.Contains("more than 64 memory regions", (await rig.Status()).LastFault, StringComparison.Ordinal);
    }

    private static byte[] Slot(byte[] region) => [.. Number(0), .. region];

    private static byte[] Whole(Guest guest) => Region(Guest.GuestBase, guest.Length, Guest.UserBase, guest.FileOffset);

    private static byte[] Rings(Guest guest) => Region(Guest.GuestBase, Boundary(guest), Guest.UserBase, guest.FileOffset);

    private static byte[] Buffers(Guest guest) =>
        Region(Guest.GuestBase + Boundary(guest), guest.Length - Boundary(guest), Guest.UserBase + Boundary(guest), guest.FileOffset + Boundary(guest));

    /// <summary>Between rings and buffers: where the used ring of the second queue ends.</summary>
    private static ulong Boundary(Guest guest) =>
        Math.Max(End(guest.Layout(0)), End(guest.Layout(1))) - Guest.GuestBase;

    private static ulong End(RingLayout layout) => layout.Used + RingLayout.UsedLength(layout.Size);
}
