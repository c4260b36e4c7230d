using Bridge.Linux;
using Bridge.Ports.Tests.Sockets;
using Bridge.Virtio;
using static Bridge.Ports.Tests.VhostUser.ScriptedFrontEnd;

namespace Bridge.Ports.Tests.VhostUser;

/// <summary>Front ends that break the protocol are disconnected with a reason; the next one finds everything well.</summary>
[Trait("Category", "VhostUser")]
public sealed class HostileFrontEndTests
{
    public static TheoryData<string, uint, byte[]> BadMessages => new()
    {
        { "SetFeatures with 4 bytes", 2, new byte[4] },
        { "SetFeatures with 16 bytes", 2, new byte[16] },
        { "features that were not offered", 2, Number(1ul << 34) },
        { "protocol features that were not offered", 16, Number(1ul << 1) },
        { "SetMemoryTable with 0 bytes", 5, [] },
        { "a memory table of 0 regions", 5, Table() },
        { "a memory table of 9 regions", 5, Table([.. Enumerable.Range(0, 9).Select(i => Region((ulong)i << 20, 0x1_0000, (ulong)i << 20, 0))]) },
        { "SetMemoryTable with 8 bytes", 5, State(2, 0) },
        { "with 0 descriptors", 5, Table(Region(0x1000, 0x1000, 0x1000, 0)) },
        { "a ring of 0 entries", 8, State(0, 0) },
        { "a ring of 65535 entries", 8, State(0, 65535) },
        { "a ring of 65536 entries", 8, State(0, 65536) },
        { "a ring of 4294967295 entries", 8, State(0, uint.MaxValue) },
        { "for queue 2", 8, State(2, 256) },
        { "for queue 4294967295", 18, State(uint.MaxValue, 1) },
        { "is no index", 10, State(0, 65536) },
        { "SetVringAddress with 8 bytes", 9, new byte[8] },
        { "before its size", 9, new byte[40] },
        { "with 0 descriptors", 12, Number(0) },
        { "for queue 255", 13, Number(255) },
        { "with 0 descriptors", 21, [] },
        { "GetConfiguration with 4 bytes", 24, new byte[4] },
        { "behind it", 24, [.. State(0, 99), .. new byte[4]] },
    };

    [Theory]
    [MemberData(nameof(BadMessages))]
    public async Task Message_ThatIsWrong_DisconnectsWithAReason(string reason, uint request, byte[] payload)
    {
        await using VhostRig rig = await VhostRig.Start();
        using (ScriptedFrontEnd front = new(rig.SocketPath))
        {
            front.Send(request, payload);
            await front.UntilClosed();
        }

        Assert.Contains(reason, (await rig.Status()).LastFault, StringComparison.Ordinal);
        await StillWorks(rig);
    }

    [Theory]
    [InlineData("of version 2", 1u, 2u, 0u)]
    [InlineData("a reply", 1u, 5u, 0u)]
    [InlineData("bytes of payload", 1u, 1u, 2049u)]
    [InlineData("bytes of payload", 5u, 1u, uint.MaxValue)]
    public async Task Header_ThatIsWrong_DisconnectsWithAReason(string reason, uint request, uint flags, uint size)
    {
        await using VhostRig rig = await VhostRig.Start();
        using ScriptedFrontEnd front = new(rig.SocketPath);
        front.SendBytes([.. State(request, flags), .. BitConverter.GetBytes(size)]);
        await front.UntilClosed();
        Assert.Contains(reason, (await rig.Status()).LastFault, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Request_ThatIsUnknown_IsRefusedWhereAReplyIsAskedForAndElseIgnored()
    {
        await using VhostRig rig = await VhostRig.Start();
        using ScriptedFrontEnd front = new(rig.SocketPath);
        front.Send(16, Number(1ul << 3));
        front.Send(99, new byte[24], 1 | NeedReply);
        Assert.Equal(1ul, await front.ReplyNumber(99));
        front.Send(1000, new byte[24]);
        Assert.NotEqual(0ul, await front.Get(1));
        Assert.Equal(2, (await rig.Status()).Counters.UnknownRequests);
    }

    [Fact]
    public async Task Messages_CutAnywhere_AreReadAllTheSame()
    {
        await using VhostRig rig = await VhostRig.Start();
        using ScriptedFrontEnd front = new(rig.SocketPath);
        byte[] message = [.. BitConverter.GetBytes(10u), .. BitConverter.GetBytes(9u), .. BitConverter.GetBytes(8u), .. State(0, 7)];
        front.Send(16, Number(1ul << 3));
        for (int cut = 1; cut < message.Length; cut++)
        {
            front.SendBytes(message.AsSpan(0, cut));
            await rig.Do(() => { });
            front.SendBytes(message.AsSpan(cut));
            Assert.Equal(0ul, await front.ReplyNumber(10));
        }
    }

    public static TheoryData<string, string, byte[]> BadTables => new()
    {
        { "overlap", "guest", Table(Region(0x10000, 0x10000, 0x10000, 0), Region(0x1f000, 0x10000, 0x40000, 0)) },
        { "overlap", "user", Table(Region(0x10000, 0x10000, 0x10000, 0), Region(0x40000, 0x10000, 0x1f000, 0)) },
        { "in a file of", "beyond the file", Table(Region(0x10000, 1ul << 40, 0x10000, 0), Region(0, 0x1000, 0, 0)) },
        { "in a file of", "offset beyond the file", Table(Region(0x10000, 0x1000, 0x10000, ulong.MaxValue - 0xfff), Region(0, 0x1000, 0, 0)) },
        { "region of 0 bytes", "empty", Table(Region(0x10000, 0, 0x10000, 0), Region(0x40000, 0x1000, 0x40000, 0)) },
        { "last address", "guest addresses wrap", Table(Region(ulong.MaxValue - 0xfff, 0x2000, 0x10000, 0), Region(0x40000, 0x1000, 0x40000, 0)) },
    };

    [Theory]
    [MemberData(nameof(BadTables))]
    public async Task MemoryTable_ThatIsWrong_DisconnectsWithAReason(string reason, string what, byte[] table)
    {
        Assert.NotEmpty(what);
        await using VhostRig rig = await VhostRig.Start();
        using Guest guest = new();
        using (ScriptedFrontEnd front = new(rig.SocketPath))
        {
            front.Send(5, table, 1, guest.File, guest.File);
            await front.UntilClosed();
        }

        Assert.Contains(reason, (await rig.Status()).LastFault, StringComparison.Ordinal);
        await StillWorks(rig);
    }

    [Fact]
    public async Task MemoryTable_WithADescriptorThatIsNoFile_DisconnectsWithAReason()
    {
        await using VhostRig rig = await VhostRig.Start();
        using EventFd none = new();
        using ScriptedFrontEnd front = new(rig.SocketPath);
        front.Send(5, Table(Region(0x10000, 0x1000, 0x10000, 0)), 1, none.Descriptor);
        await front.UntilClosed();
        Assert.Contains("not a regular file", (await rig.Status()).LastFault, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doorbell_ThatIsAFile_DisconnectsWithAReason()
    {
        await using VhostRig rig = await VhostRig.Start();
        using Guest guest = new();
        using ScriptedFrontEnd front = new(rig.SocketPath);
        front.Send(12, Number(0), 1, guest.File);
        await front.UntilClosed();
        Assert.Contains("neither an eventfd", (await rig.Status()).LastFault, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RequestChannel_ThatIsNoSocket_DisconnectsWithAReason()
    {
        await using VhostRig rig = await VhostRig.Start();
        using EventFd none = new();
        using ScriptedFrontEnd front = new(rig.SocketPath);
        front.Send(21, [], 1, none.Descriptor);
        await front.UntilClosed();
        Assert.Contains("no socket", (await rig.Status()).LastFault, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ring_OutsideTheMemoryTable_DisconnectsWithAReason()
    {
        await using VhostRig rig = await VhostRig.Start();
        using Guest guest = new();
        using ScriptedFrontEnd front = new(rig.SocketPath);
        front.Send(5, Memory(guest), 1, guest.File);
        front.Send(8, State(0, 32768));
        byte[] address = Address(0, guest);
        Number(Guest.UserBase + guest.Length - 0x1000).CopyTo(address, 8);
        front.Send(9, address);
        await front.UntilClosed();
        Assert.Contains("not in the memory table", (await rig.Status()).LastFault, StringComparison.Ordinal);
    }

    [Fact]
    public async Task MemoryTable_WithoutARunningRing_DisconnectsAndEndsTheEpoch()
    {
        await using VhostRig rig = await VhostRig.Start();
        using Guest guest = new();
        using (ScriptedFrontEnd front = new(rig.SocketPath))
        {
            await front.ProbeAsUml(guest);
            await rig.UntilRunning();
            front.Send(5, Table(Region(0x10000, 0x1000, 0x10000, 0)), 1, guest.File);
            await front.UntilClosed();
        }

        await rig.Until(() => rig.DeviceRelay.Status == DeviceStatus.None);
        await StillWorks(rig);
    }

    [Fact]
    public async Task Memory_CutShortWhileItIsNotSealed_DisconnectsWithAReason()
    {
        await using VhostRig rig = await VhostRig.Start(new VhostRig(unsealed: true));
        using Guest guest = new(sealable: false);
        using ScriptedFrontEnd front = new(rig.SocketPath);
        front.Send(5, Memory(guest), 1, guest.File);
        await rig.Until(() => rig.Port.ReadStatus().UnsealedRegions == 1);
        MemoryFile.SetSize(guest.File, 0);
        front.Send(3);
        await front.UntilClosed();
        Assert.Contains("cut short", (await rig.Status()).LastFault, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(37)]
    public async Task Memory_ThatCannotBeSealed_IsRefusedAndTheKeyIsNamed(uint request)
    {
        await using VhostRig rig = await VhostRig.Start();
        using Guest guest = new(sealable: false);
        using ScriptedFrontEnd front = new(rig.SocketPath);
        front.Send(request, request == 5 ? Memory(guest) : [.. Number(0), .. Memory(guest)[8..]], 1, guest.File);
        await front.UntilClosed();
        Assert.Contains("unsealedMemory", (await rig.Status()).LastFault, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Memory_ThatCanBeSealed_IsSealedByThisSide()
    {
        await using VhostRig rig = await VhostRig.Start();
        using Guest guest = new(sealable: true);
        using ScriptedFrontEnd front = new(rig.SocketPath);
        front.Send(5, Memory(guest), 1, guest.File);
        Assert.NotEqual(0ul, await front.Get(1));
        Assert.Throws<LinuxException>(() => MemoryFile.SetSize(guest.File, 0));
        Assert.Equal(0, (await rig.Status()).UnsealedRegions);
    }

    [Fact]
    public async Task Indices_OutOfRange_StopTheQueueAndNothingElse()
    {
        await using VhostRig rig = await VhostRig.Start();
        using (Guest guest = new())
        {
            using ScriptedFrontEnd front = new(rig.SocketPath);
            await front.ProbeAsUml(guest);
            await rig.UntilRunning();
            guest.Spoil(queue: 1);
            front.Kick(1);
            await rig.Until(() => rig.DriverRelay.ReadStatus().Queues.Any(queue => queue.Fault is not null));
            Assert.NotEqual(0ul, await front.Get(1));
        }

        await StillWorks(rig);
    }

    /// <summary>Found by tests/fuzz, target vhost-front-end: the fault of the ring passed the port, and the device stopped for good.</summary>
    [Fact]
    public async Task MemoryTable_ThatMovesStoppedRingsToWhereNoneCanBe_EndsTheLifeAndNoMore()
    {
        await using VhostRig rig = await VhostRig.Start();
        using (Guest guest = new())
        {
            using ScriptedFrontEnd front = new(rig.SocketPath);
            await front.ProbeAsUml(guest);
            await rig.UntilRunning();
            front.Send(18, State(0, 0));
            front.Send(18, State(1, 0));
            front.Send(5, Table(Region(Guest.GuestBase + 2, guest.Length, Guest.UserBase, guest.FileOffset)), 1, guest.File);
            front.Send(18, State(0, 1));
            await rig.Until(() => (rig.DeviceRelay.Status & DeviceStatus.DriverOk) == 0);
        }

        await rig.Until(() => rig.Port.ReadStatus().FrontEndProcess is null);
        await StillWorks(rig);
    }

    [Fact]
    public async Task FrontEnd_ThatSaysNothing_IsDisconnected()
    {
        SteppedTime time = new();
        await using VhostRig rig = await VhostRig.Start(time);
        using ScriptedFrontEnd front = new(rig.SocketPath);
        await rig.Until(() => rig.Port.ReadStatus().FrontEndProcess is not null);
        time.Advance(TimeSpan.FromSeconds(11));
        await front.UntilClosed();
        Assert.Contains("said nothing", (await rig.Status()).LastFault, StringComparison.Ordinal);
    }

    /// <summary>Every prefix of UML's conversation, and then it dies.</summary>
    [Fact]
    public async Task FrontEnd_ThatDiesAfterAnyByteCount_LeavesNothingBehind()
    {
        await using VhostRig rig = await VhostRig.Start();
        using Guest guest = new();
        for (int requests = 0; requests < 20; requests++)
        {
            using ScriptedFrontEnd front = new(rig.SocketPath);
            await front.StartPartly(guest, requests);
        }

        await StillWorks(rig);
    }

    [Collection(Alone.Name)]
    [Trait("Category", "VhostUser")]
    public sealed class Leaks
    {
        [Fact]
        public async Task Descriptors_AfterAThousandConnections_AreWhatTheyWere()
        {
            await using VhostRig rig = await VhostRig.Start();
            using Guest guest = new();
            await Connect(rig, guest, 20);
            (int descriptors, int mappings) = (Descriptors(), Mappings());
            await Connect(rig, guest, 1000);
            Assert.InRange(Descriptors(), 0, descriptors + 3);
            Assert.InRange(Mappings(), 0, mappings);
        }

        [Fact]
        public async Task Descriptors_AfterAThousandCompleteSetUps_AreWhatTheyWere()
        {
            await using VhostRig rig = await VhostRig.Start();
            using Guest guest = new();
            await SetUp(rig, guest, 20);
            (int descriptors, int mappings) = (Descriptors(), Mappings());
            await SetUp(rig, guest, 1000);
            Assert.InRange(Descriptors(), 0, descriptors + 3);
            Assert.InRange(Mappings(), 0, mappings);
        }

        /// <summary>A driver that runs, with every descriptor that there is: memory by slots or as a table, doorbells, channel, in-flight region.</summary>
        private static async Task SetUp(VhostRig rig, Guest guest, int times)
        {
            for (int i = 0; i < times; i++)
            {
                using ScriptedFrontEnd front = new(rig.SocketPath);
                await front.NegotiateAsQemu(1ul << 12 | 1ul << 15);
                (byte[] region, FileDescriptor file) = await front.GetRegion();
                using (file)
                    await front.Set(32, region, file);
                (DescriptorSocket own, DescriptorSocket passed) = DescriptorSocket.Pair();
                using (own)
                using (passed)
                    await front.Set(21, [], passed.Descriptor);
                if (i % 2 == 0)
                    await front.Set(37, [.. Number(0), .. Memory(guest)[8..]], guest.File);
                guest.Clear();
                await front.StartRingsAsQemu(guest, byTable: i % 2 != 0);
            }

            // The last one could come back: another one says that it does not.
            using (ScriptedFrontEnd last = new(rig.SocketPath))
            {
                (_, FileDescriptor file) = await last.GetRegion();
                file.Dispose();
            }

            await rig.Until(() => rig.Port.ReadStatus().FrontEndProcess is null);
        }

        private static async Task Connect(VhostRig rig, Guest guest, int times)
        {
            for (int i = 0; i < times; i++)
            {
                using ScriptedFrontEnd front = new(rig.SocketPath);
                // Every third floods with descriptors, every fifth leaves in the middle.
                if (i % 3 == 0)
                    front.Send(3, [], 1, [.. Enumerable.Repeat(guest.File, 8)]);
                await front.StartPartly(guest, i % 5 == 0 ? i % 20 : 20);
            }

            await rig.Until(() => rig.Port.ReadStatus().FrontEndProcess is null);
        }

        private static int Descriptors() => Directory.GetFileSystemEntries("/proc/self/fd").Length;

        /// <summary>Of guests' memory only: the runtime maps what it likes.</summary>
        private static int Mappings() => File.ReadLines("/proc/self/maps").Count(line => line.Contains("memfd:", StringComparison.Ordinal) && !line.Contains("doublemapper", StringComparison.Ordinal));
    }

    private static async Task StillWorks(VhostRig rig)
    {
        using Guest guest = new();
        using ScriptedFrontEnd front = new(rig.SocketPath);
        await front.ProbeAsUml(guest);
        await rig.UntilRunning();
    }
}
