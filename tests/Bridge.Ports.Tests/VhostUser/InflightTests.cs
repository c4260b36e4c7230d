using System.Runtime.InteropServices;
using Bridge.Linux;
using Bridge.Ports.Tests.Sockets;
using Bridge.Rpmsg;
using Bridge.Virtio;
using static Bridge.Ports.Tests.VhostUser.ScriptedFrontEnd;

namespace Bridge.Ports.Tests.VhostUser;

/// <summary>The in-flight region at the driver port: what is in it, and who may come back to a life with it.</summary>
[Trait("Category", "VhostUser")]
public sealed class InflightTests
{
    private const uint GuestAddress = 0x400;
    private const ulong Inflight = 1ul << 12;

    [Fact]
    public async Task Region_OfARunningDriver_TellsWhatTheBackEndHas()
    {
        await using Started run = await Started.Begin();
        // 256 buffers are lent for receiving; the name service message came in the first.
        await run.Front.Send(run.Guest, GuestAddress, run.Address, Guest.Text("one"));
        Assert.Equal("one"u8.ToArray(), await run.Service.Receive());
        await run.Rig.Until(() => run.Rig.DriverRelay.InFlight == 256);
        byte[] bytes = run.ReadRegion();
        Assert.Equal((2 * 4160) + 24, bytes.Length);
        Assert.Equal("RPMBLIFE"u8.ToArray(), bytes[8320..8328]);
        Assert.Equal([0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0], bytes[..16]);
        Assert.Equal(256, Enumerable.Range(0, 256).Count(head => bytes[16 + (16 * head)] == 1));
        Assert.Equal(256, Enumerable.Range(0, 256).Select(head => MemoryMarshal.Read<ulong>(bytes.AsSpan(24 + (16 * head)))).Distinct().Count());
        // The queue of the guest's own messages: one taken and given back.
        Assert.Equal(1, MemoryMarshal.Read<ushort>(bytes.AsSpan(4160 + 14)));
        Assert.Equal(0, Enumerable.Range(0, 256).Count(head => bytes[4160 + 16 + (16 * head)] == 1));
    }

    [Fact]
    public async Task FrontEnd_ThatReturnsTheRegion_GoesOnInTheSameLifeAndNothingIsLost()
    {
        await using Started run = await Started.Begin();
        uint epoch = await run.Rig.RemoteEpoch();
        await run.Front.Send(run.Guest, GuestAddress, run.Address, Guest.Text("bind"));
        Assert.Equal("bind"u8.ToArray(), await run.Service.Receive());
        for (byte round = 0; round < 5; round++)
        {
            run.Front.Dispose();
            await run.Rig.Until(() => run.Rig.Port.ReadStatus().FrontEndProcess is null);
            for (byte i = 0; i < 20; i++)
                await run.Service.Send(new byte[] { round, i });
            Assert.True(run.Guest.TrySend(GuestAddress, run.Address, [round]));
            await run.ComeBack();
            run.Front.KickFor(run.Guest);
            Assert.Equal([round], await run.Service.Receive());
            for (byte i = 0; i < 20; i++)
                Assert.Equal([round, i], (await run.Front.Receive(run.Guest)).Payload);
        }

        Assert.Equal(epoch, await run.Rig.RemoteEpoch());
        Assert.Equal(0, await run.Rig.Ask(() => run.Rig.DriverRelay.Counters.Repeated));
    }

    [Fact]
    public async Task FrontEnd_ThatComesBackWithoutTheRegion_IsANewEpoch()
    {
        await using Started run = await Started.Begin();
        uint epoch = await run.Rig.RemoteEpoch();
        RingIndices used = run.Used(0);
        run.Front.Dispose();
        using ScriptedFrontEnd front = new(run.Rig.SocketPath);
        // With the very indices that would go on: they prove nothing.
        await front.StartAsQemu(run.Guest, used.Used, run.Used(1).Used);
        await run.Rig.Until(() => run.Rig.DeviceRelay.ReadStatus().Epoch != epoch);
    }

    [Fact]
    public async Task FrontEnd_ThatAsksForANewRegion_IsANewEpoch()
    {
        await using Started run = await Started.Begin();
        uint epoch = await run.Rig.RemoteEpoch();
        run.Front.Dispose();
        using ScriptedFrontEnd front = new(run.Rig.SocketPath);
        await front.NegotiateAsQemu(Inflight);
        (_, FileDescriptor file) = await front.GetRegion();
        file.Dispose();
        await run.Rig.Until(() => run.Rig.DeviceRelay.Status == DeviceStatus.None);
        run.Guest.Clear();
        await front.StartRingsAsQemu(run.Guest);
        await run.Rig.UntilRunning();
        Assert.NotEqual(epoch, await run.Rig.RemoteEpoch());
    }

    [Fact]
    public async Task FrontEnd_ThatDoesNotComeBack_EndsTheLifeAfterAWhile()
    {
        SteppedTime time = new();
        await using Started run = await Started.Begin(time);
        run.Front.Dispose();
        await run.Rig.Until(() => run.Rig.Port.ReadStatus().FrontEndProcess is null);
        Assert.NotEqual(DeviceStatus.None, await run.Rig.Ask(() => run.Rig.DeviceRelay.Status));
        time.Advance(TimeSpan.FromSeconds(11));
        await run.Rig.Until(() => run.Rig.DeviceRelay.Status == DeviceStatus.None);
    }

    /// <summary>A gateway that has been restarted knows nothing; record and rings tell it what its predecessor had.</summary>
    [Fact]
    public async Task Region_OfAnEarlierProcess_TellsItsSuccessorWhatIsOutstanding()
    {
        await using Started run = await Started.Begin();
        await run.Front.Send(run.Guest, GuestAddress, run.Address, Guest.Text("bind"));
        Assert.Equal("bind"u8.ToArray(), await run.Service.Receive());
        await run.Rig.Until(() => run.Rig.DriverRelay.InFlight == 256);
        run.Front.Dispose();
        await run.Rig.Until(() => run.Rig.Port.ReadStatus().FrontEndProcess is null);

        await using VhostRig successor = await VhostRig.Start(null, "later");
        using Application service = await successor.Open("d/services/later");
        using ScriptedFrontEnd front = new(successor.SocketPath);
        await front.NegotiateAsQemu(Inflight);
        await front.Set(32, run.Region, run.File);
        await front.StartRingsAsQemu(run.Guest, run.Used(0).Used, run.Used(1).Used);
        // It finds them in the turn after the one that answered.
        await successor.Until(() => successor.DriverRelay.Counters.Repeated == 256);
        // The buffers that its predecessor had are there to be filled, each once.
        (_, byte[] payload) = await front.Receive(run.Guest);
        Assert.True(NameServiceMessage.TryRead(payload, littleEndian: true, out NameServiceMessage message, out _));
        await front.Send(run.Guest, GuestAddress, message.Address, Guest.Text("again"));
        Assert.Equal("again"u8.ToArray(), await service.Receive());
        for (int i = 0; i < 600; i++)
        {
            await service.Send(BitConverter.GetBytes(i));
            Assert.Equal(BitConverter.GetBytes(i), (await front.Receive(run.Guest)).Payload);
        }
    }

    public static TheoryData<string, byte[]> BadRequests => new()
    {
        { "SetInflightDescriptor with 8 bytes", new byte[8] },
        { "which is none that was given out", Region(2, 256, 1 << 20) },
        { "which is none that was given out", Region(3, 256, 12504) },
        { "which is none that was given out", Region(2, 255, 8344) },
        { "which is none that was given out", Region(0, 256, 24) },
        { "not sealed", Region(2, 256, 8344) },
    };

    [Theory]
    [MemberData(nameof(BadRequests))]
    public async Task Region_ThatIsNone_DisconnectsWithAReason(string reason, byte[] request)
    {
        await using VhostRig rig = await VhostRig.Start();
        using FileDescriptor file = MemoryFile.Create("region", 1 << 20, sealable: false);
        using ScriptedFrontEnd front = new(rig.SocketPath);
        front.Send(32, request, 1, file);
        await front.UntilClosed();
        Assert.Contains(reason, (await rig.Status()).LastFault, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 256)]
    [InlineData(3, 256)]
    [InlineData(2, 0)]
    [InlineData(2, 65535)]
    public async Task Region_ForMoreThanTheDeviceHas_IsNotGiven(ushort queues, ushort entries)
    {
        await using VhostRig rig = await VhostRig.Start();
        using ScriptedFrontEnd front = new(rig.SocketPath);
        front.Send(31, Region(queues, entries));
        await front.UntilClosed();
        Assert.Contains("an in-flight region for", (await rig.Status()).LastFault, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Region_FilledWithNonsense_HarmsNobodyElse()
    {
        await using VhostRig rig = await VhostRig.Start();
        using Guest guest = new();
        using (ScriptedFrontEnd front = new(rig.SocketPath))
        {
            (byte[] region, FileDescriptor file) = await front.GetRegion();
            using (file)
            using (MappedFile mapping = MappedFile.Map(MemoryFile.Duplicate(file), 0, 8344))
            using (ForeignMemory memory = new(mapping.Address, mapping.Size, mapping))
            {
                // A predecessor's, as far as the successor can tell: another mark, and records that claim everything.
                Span<byte> bytes = new Window(new WindowRegion(0, memory)).GetSpan(0, 8344);
                bytes[8..].Fill(0xff);
                for (int queue = 0; queue < 2; queue++)
                    new byte[] { 1, 0, 0, 1, 255, 0, 255, 255 }.CopyTo(bytes[((queue * 4160) + 8)..]);
                await front.NegotiateAsQemu(Inflight);
                await front.Set(32, region, file);
                await front.StartRingsAsQemu(guest);
                await rig.UntilRunning();
            }
        }

        using Guest good = new();
        using ScriptedFrontEnd next = new(rig.SocketPath);
        await next.ProbeAsUml(good);
        await rig.UntilRunning();
    }

    private sealed class Started : IAsyncDisposable
    {
        public required VhostRig Rig { get; init; }

        public required Guest Guest { get; init; }

        public required ScriptedFrontEnd Front { get; set; }

        public required Application Service { get; init; }

        public byte[] Region { get; private set; } = [];

        public FileDescriptor File { get; private set; } = null!;

        public uint Address { get; private set; }

        public static async Task<Started> Begin(TimeProvider? time = null)
        {
            VhostRig rig = await VhostRig.Start(time, "rpmsg-raw");
            var run = new Started { Rig = rig, Guest = new Guest(), Front = new ScriptedFrontEnd(rig.SocketPath), Service = await rig.Open("d/services/rpmsg-raw") };
            await run.Front.NegotiateAsQemu(Inflight);
            (run.Region, run.File) = await run.Front.GetRegion();
            await run.Front.Set(32, run.Region, run.File);
            await run.Front.StartRingsAsQemu(run.Guest);
            (_, byte[] payload) = await run.Front.Receive(run.Guest);
            Assert.True(NameServiceMessage.TryRead(payload, littleEndian: true, out NameServiceMessage message, out _));
            run.Address = message.Address;
            return run;
        }

        /// <summary>QEMU's chardev has connected again: it knows no more of the rings than their used indices.</summary>
        public async Task ComeBack()
        {
            Front = new ScriptedFrontEnd(Rig.SocketPath);
            await Front.NegotiateAsQemu(Inflight);
            await Front.Set(32, Region, File);
            await Front.StartRingsAsQemu(Guest, Used(0).Used, Used(1).Used);
        }

        public RingIndices Used(int queue) => RingIndices.Read(Guest.Window, Guest.Layout(queue), littleEndian: true);

        public byte[] ReadRegion()
        {
            using MappedFile mapping = MappedFile.Map(MemoryFile.Duplicate(File), 0, MemoryMarshal.Read<ulong>(Region));
            using ForeignMemory memory = new(mapping.Address, mapping.Size, mapping);
            return new Window(new WindowRegion(0, memory)).GetSpan(0, (uint)mapping.Size).ToArray();
        }

        public async ValueTask DisposeAsync()
        {
            Front.Dispose();
            Service.Dispose();
            await Rig.DisposeAsync();
            Guest.Dispose();
            File.Dispose();
        }
    }
}
