using Bridge.Linux;
using Bridge.Relay;
using Bridge.Virtio;

namespace Bridge.Ports.Tests.VhostUser;

/// <summary>The vhost-user device port against a back end that is scripted byte by byte, behind a real pair of relays.</summary>
[Trait("Category", "VhostUser")]
public sealed class DevicePortTests
{
    private const ulong Standard = ScriptedBackEnd.Multiqueue | ScriptedBackEnd.ReplyAcknowledge | ScriptedBackEnd.BackEndRequest | ScriptedBackEnd.Configuration;

    [Fact]
    public async Task BackEnd_AbsentAtFirst_IsOfferedWhenItComes()
    {
        await using DeviceRig rig = await DeviceRig.Start();
        await rig.Until(() => rig.DriverRelay.Live is false && rig.Port.ReadStatus() is { IsOffered: false, BackEndProcess: null });
        Assert.Empty(await rig.Ask(() => rig.Driver.Offers.ToArray()));

        using ScriptedBackEnd backEnd = new ScriptedBackEnd(rig.SocketPath, rig.Disk).Run();
        await rig.UntilRunning();
        DeviceOffer offer = (await rig.Ask(() => rig.Driver.Offers.ToArray()))[0];
        Assert.Equal((DeviceTable.Block, 60, 1), (offer.DeviceId, offer.Configuration.Length, offer.QueueSizes.Count));
        // FLUSH and CONFIG_WCE (11) are carried; LOG_ALL (26) and the protocol's own bit are not.
        Assert.Equal(1UL << 9 | 1UL << 11 | VirtioFeatures.Version1 | VirtioFeatures.EventIndex | VirtioFeatures.IndirectDescriptors, offer.Features);
        Assert.Equal(1UL << 9 | 1UL << 11 | VirtioFeatures.Version1 | VirtioFeatures.EventIndex | ScriptedBackEnd.ProtocolFeaturesBit, backEnd.Look(b => b.Accepted));
        Assert.True(backEnd.Look(b => b.IsSealed));
    }

    [Theory]
    [InlineData(Standard)]
    [InlineData(ScriptedBackEnd.Configuration)]
    [InlineData(Standard | ScriptedBackEnd.Inflight)]
    public async Task WriteAndRead_ThroughTheBackEnd_BringTheBytesBack(ulong protocol)
    {
        await using DeviceRig rig = await DeviceRig.Start();
        using ScriptedBackEnd backEnd = new ScriptedBackEnd(rig.SocketPath, rig.Disk, protocol).Run();
        await rig.UntilRunning();
        for (byte i = 0; i < 200; i++)
        {
            await rig.Submit(BlockDriver.Write, i % 32u, DeviceRig.Sector(i));
            int read = await rig.Submit(BlockDriver.Read, i % 32u, readLength: 512);
            await rig.Until(() => rig.Driver.Answers.Count == 2);
            (int Token, byte Status, byte[] Data)[] answers = await rig.Ask(() =>
            {
                (int, byte, byte[])[] taken = [.. rig.Driver.Answers];
                rig.Driver.Answers.Clear();
                return taken;
            });
            Assert.All(answers, answer => Assert.Equal(0, answer.Status));
            Assert.Equal(DeviceRig.Sector(i), Assert.Single(answers, answer => answer.Token == read).Data);
        }
    }

    [Fact]
    public async Task BackEnd_ThatDiesWithChainsWithoutARegion_IsReplacedAndTheyAreRepeatedInOrder()
    {
        await using DeviceRig rig = await DeviceRig.Start();
        using (ScriptedBackEnd first = new ScriptedBackEnd(rig.SocketPath, rig.Disk).Run())
        {
            await rig.UntilRunning();
            await rig.Submit(BlockDriver.Write, 0, DeviceRig.Sector(9));
            await rig.Until(() => rig.Driver.Answers.Count == 1);
        }

        using (ScriptedBackEnd second = new ScriptedBackEnd(rig.SocketPath, rig.Disk, hold: true).Run())
        {
            // Only what a back end can have had counts as repeated.
            await DeviceRig.UntilBackEnd(second, b => b.Base is not null);
            for (byte i = 1; i <= 20; i++)
                await rig.Submit(BlockDriver.Write, i, DeviceRig.Sector(i));
            await DeviceRig.UntilBackEnd(second, b => b.HeldCount == 20);
        }

        await rig.Until(() => rig.Port.ReadStatus().BackEndProcess is null);
        await rig.Submit(BlockDriver.Write, 21, DeviceRig.Sector(21));
        using ScriptedBackEnd third = new ScriptedBackEnd(rig.SocketPath, rig.Disk).Run();
        await rig.Until(() => rig.Driver.Answers.Count == 22);
        Assert.All(await rig.Ask(() => rig.Driver.Answers.ToArray()), answer => Assert.Equal(0, answer.Status));
        Assert.Equal(Enumerable.Range(1, 21).Select(i => (ulong)i), third.Look(b => b.Written.ToArray()));
        Assert.Equal(0u, third.Look(b => b.Base));
        Assert.Equal(20, await rig.Ask(() => rig.DeviceRelay.Counters.Repeated));
        Assert.Equal((2, 0), await rig.Ask(() => ((int)rig.Port.Counters.ResumedByTable, (int)rig.Port.Counters.ResumedByRegion)));
        for (byte i = 1; i <= 21; i++)
            Assert.Equal(DeviceRig.Sector(i), rig.Disk.AsSpan(i * 512, 512).ToArray());
    }

    [Fact]
    public async Task BackEnd_ThatDiesWithARegion_GivesItToItsSuccessorAndTheRingsStay()
    {
        const ulong WithRegion = Standard | ScriptedBackEnd.Inflight;
        await using DeviceRig rig = await DeviceRig.Start();
        using (ScriptedBackEnd first = new ScriptedBackEnd(rig.SocketPath, rig.Disk, WithRegion).Run())
        {
            await rig.UntilRunning();
            await rig.Submit(BlockDriver.Write, 0, DeviceRig.Sector(1));
            await rig.Submit(BlockDriver.Write, 1, DeviceRig.Sector(1));
            await rig.Until(() => rig.Driver.Answers.Count == 2);
            Assert.Equal((byte)0, first.Look(b => b.RegionMark));
        }

        using (ScriptedBackEnd second = new ScriptedBackEnd(rig.SocketPath, rig.Disk, WithRegion, hold: true).Run())
        {
            for (byte i = 2; i < 7; i++)
                await rig.Submit(BlockDriver.Write, i, DeviceRig.Sector(i));
            await DeviceRig.UntilBackEnd(second, b => b.HeldCount == 5);
            Assert.Equal(((byte)1, 2u), second.Look(b => (b.RegionMark!.Value, b.Base!.Value)));
        }

        using ScriptedBackEnd third = new ScriptedBackEnd(rig.SocketPath, rig.Disk, WithRegion).Run();
        await rig.Until(() => rig.Driver.Answers.Count == 7);
        Assert.Equal(((byte)2, 2u), third.Look(b => (b.RegionMark!.Value, b.Base!.Value)));
        Assert.Equal([2ul, 3, 4, 5, 6], third.Look(b => b.Written.ToArray()));
        Assert.Equal((2, 0), await rig.Ask(() => ((int)rig.Port.Counters.ResumedByRegion, (int)rig.DeviceRelay.Counters.Repeated)));
    }

    [Fact]
    public async Task LinkCut_AndBackEndDeathMeanwhile_LoseNothing()
    {
        await using DeviceRig rig = await DeviceRig.Start();
        using (ScriptedBackEnd first = new ScriptedBackEnd(rig.SocketPath, rig.Disk, hold: true).Run())
        {
            await rig.UntilRunning();
            for (byte i = 0; i < 10; i++)
                await rig.Submit(BlockDriver.Write, i, DeviceRig.Sector((byte)(i + 1)));
            await DeviceRig.UntilBackEnd(first, b => b.HeldCount == 10);
            await rig.Down();
        }

        using ScriptedBackEnd second = new ScriptedBackEnd(rig.SocketPath, rig.Disk).Run();
        await rig.Until(() => rig.DeviceRelay.ReadStatus().Queues is [{ Used: 10 }]);
        await rig.Up();
        await rig.Until(() => rig.Driver.Answers.Count == 10);
        Assert.Null(await rig.Ask(() => rig.Driver.NeededReset));
    }

    [Fact]
    public async Task Reset_OfTheDriver_StopsTheRingsAndBeginsInFreshMemory()
    {
        await using DeviceRig rig = await DeviceRig.Start();
        using ScriptedBackEnd backEnd = new ScriptedBackEnd(rig.SocketPath, rig.Disk).Run();
        await rig.UntilRunning();
        await rig.Submit(BlockDriver.Write, 3, DeviceRig.Sector(3));
        await rig.Until(() => rig.Driver.Answers.Count == 1);
        await rig.Do(rig.Driver.Restart);
        await rig.Until(() => rig.DeviceRelay.Counters.Epochs == 2 && (rig.DeviceRelay.Status & DeviceStatus.DriverOk) != 0 && rig.Port.ReadStatus().IsRunning);
        await rig.Submit(BlockDriver.Read, 3, readLength: 512);
        await rig.Until(() => rig.Driver.Answers.Count == 1);
        Assert.Equal(DeviceRig.Sector(3), (await rig.Ask(() => rig.Driver.Answers[0])).Data);
        uint[] requests = backEnd.Look(b => b.Requests.ToArray());
        int stopped = Array.IndexOf(requests, 11u);
        Assert.Equal(18u, requests[stopped - 1]);
        Assert.Equal(2, requests.Count(request => request == 5));
        Assert.True(Array.LastIndexOf(requests, 5u) > stopped);
    }

    [Fact]
    public async Task Configuration_ThatChanges_ReachesTheDriver()
    {
        await using DeviceRig rig = await DeviceRig.Start();
        using ScriptedBackEnd backEnd = new ScriptedBackEnd(rig.SocketPath, rig.Disk).Run();
        await rig.UntilRunning();
        backEnd.ChangeConfiguration(7);
        await rig.Until(() => rig.Driver.Offers[^1] is { ConfigurationGeneration: 1, Configuration.Length: 60 } offer && offer.Configuration.Span[0] == 7);
    }

    [Fact]
    public async Task ConfigurationWrite_OfTheDriver_ReachesTheBackEndAndItsSuccessor()
    {
        await using DeviceRig rig = await DeviceRig.Start();
        using (ScriptedBackEnd first = new ScriptedBackEnd(rig.SocketPath, rig.Disk).Run())
        {
            await rig.UntilRunning();
            Assert.Equal((byte)1, await rig.Ask(() => rig.Driver.WriteBack(1)));
            await rig.Submit(BlockDriver.Write, 0, DeviceRig.Sector(1));
            await rig.Until(() => rig.Driver.Answers.Count == 1);
            Assert.Equal((32u, (byte)1), first.Look(b => (b.ConfigurationWrites.Single().Offset, b.ConfigurationWrites.Single().Bytes.Single())));
            // Read back and found equal: nothing changed that the driver did not know.
            await rig.UntilRunning();
            Assert.Equal(0, await rig.Ask(() => rig.Port.Counters.ConfigurationChanges));
        }

        using (ScriptedBackEnd second = new ScriptedBackEnd(rig.SocketPath, rig.Disk).Run())
        {
            await rig.Until(() => rig.Port.Counters.Connections == 2 && rig.Port.ReadStatus().IsRunning);
            uint[] requests = second.Look(b => b.Requests.ToArray());
            Assert.Equal((byte)1, second.Look(b => b.Space[32]));
            Assert.True(Array.IndexOf(requests, 25u) < Array.IndexOf(requests, 12u), "the rings were started before the write");
            Assert.Equal((byte)1, await rig.Ask(() => rig.Driver.Offers[^1].Configuration.Span[32]));

            // A reset ends what was written.
            await rig.Do(rig.Driver.Restart);
            await rig.Until(() => rig.DeviceRelay.Counters.Epochs == 2 && rig.Port.ReadStatus().IsRunning);
        }

        using ScriptedBackEnd third = new ScriptedBackEnd(rig.SocketPath, rig.Disk).Run();
        await rig.Until(() => rig.Port.Counters.Connections == 3 && rig.Port.ReadStatus().IsRunning);
        Assert.Empty(third.Look(b => b.ConfigurationWrites.ToArray()));
        await rig.Until(() => rig.Driver.Offers[^1].Configuration.Span[32] == 0);
    }

    [Fact]
    public async Task ConfigurationWrite_WhileTheLinkIsCut_ArrivesOnceWhenItIsBack()
    {
        await using DeviceRig rig = await DeviceRig.Start();
        using ScriptedBackEnd backEnd = new ScriptedBackEnd(rig.SocketPath, rig.Disk).Run();
        await rig.UntilRunning();
        await rig.Down();
        for (byte i = 0; i < 100; i++)
            Assert.Equal((byte)(i & 1), await rig.Ask(() => rig.Driver.WriteBack((byte)(i & 1))));
        await rig.Up();
        await DeviceRig.UntilBackEnd(backEnd, b => b.ConfigurationWrites.Count == 1 && b.Space[32] == 1);
        for (int i = 0; i < 5; i++)
        {
            await rig.Down();
            await rig.Up();
        }

        await rig.Submit(BlockDriver.Write, 0, DeviceRig.Sector(1));
        await rig.Until(() => rig.Driver.Answers.Count == 1);
        Assert.Single(backEnd.Look(b => b.ConfigurationWrites.ToArray()));
        Assert.Equal((byte)1, await rig.Ask(() => rig.Driver.Offers[^1].Configuration.Span[32]));
    }

    [Theory]
    [InlineData(Standard)]
    [InlineData(ScriptedBackEnd.Configuration)]
    public async Task ConfigurationWrite_ThatTheBackEndRefuses_IsTakenBackBeforeTheDriver(ulong protocol)
    {
        await using DeviceRig rig = await DeviceRig.Start();
        using ScriptedBackEnd backEnd = new ScriptedBackEnd(rig.SocketPath, rig.Disk, protocol) { RefusesWrites = true }.Run();
        await rig.UntilRunning();
        Assert.Equal((byte)1, await rig.Ask(() => rig.Driver.WriteBack(1)));
        await rig.Until(() => rig.Driver.Offers[^1] is { ConfigurationGeneration: 1 } offer && offer.Configuration.Span[32] == 0);
        Assert.Equal((protocol == Standard ? 1 : 0, 0), await rig.Ask(() => ((int)rig.Port.Counters.RefusedWrites, (int)rig.Port.Counters.Faults)));
        await rig.Submit(BlockDriver.Write, 0, DeviceRig.Sector(1));
        await rig.Until(() => rig.Driver.Answers.Count == 1);
    }

    [Fact]
    public async Task ConfigurationWrite_ToABackEndWithoutAConfiguration_IsRefused()
    {
        await using DeviceRig rig = await DeviceRig.Start(options => options with { Configuration = new byte[60] });
        using ScriptedBackEnd backEnd = new ScriptedBackEnd(rig.SocketPath, rig.Disk, ScriptedBackEnd.ReplyAcknowledge).Run();
        await rig.UntilRunning();
        await rig.Ask(() => rig.Driver.WriteBack(1));
        await rig.Until(() => rig.DeviceRelay.Counters.RefusedConfigurationWrites == 1 && rig.Driver.Offers[^1].Configuration.Span[32] == 0);
    }

    public static TheoryData<uint, string> Nonsense => new()
    {
        { 1, "ffffffff" + "ffffffff" + "ffffffff" },
        { 1, "01000000" + "01000000" + "08000000" + "0000000000000000" },
        { 1, "01000000" + "05000000" + "04000000" + "00000000" },
        { 1, "02000000" + "05000000" + "08000000" + "0000000000000000" },
        { 15, "0f000000" + "05000000" + "ffff0000" },
        { 24, "18000000" + "05000000" + "00000000" },
        { 24, "18000000" + "05000000" + "0c000000" + "00000000" + "00000000" + "00000000" },
        { 5, "05000000" + "05000000" + "08000000" + "0100000000000000" },
        { 31, "1f000000" + "05000000" + "18000000" + "001000000000000000000000000000000000000000000000" },
    };

    [Theory]
    [MemberData(nameof(Nonsense))]
    public async Task BackEnd_ThatAnswersNonsense_IsLeftAndAGoodOneTaken(uint request, string bytes)
    {
        await using DeviceRig rig = await DeviceRig.Start();
        using (ScriptedBackEnd bad = new ScriptedBackEnd(rig.SocketPath, rig.Disk, Standard | ScriptedBackEnd.Inflight) { Nonsense = (request, Convert.FromHexString(bytes)) }.Run())
            await rig.Until(() => rig.Port.Counters.Faults > 0 && rig.Port.ReadStatus().LastFault is not null);
        using ScriptedBackEnd good = new ScriptedBackEnd(rig.SocketPath, rig.Disk).Run();
        await rig.UntilRunning();
        await rig.Submit(BlockDriver.Write, 1, DeviceRig.Sector(1));
        await rig.Until(() => rig.Driver.Answers.Count == 1);
    }

    [Fact]
    public async Task BackEnd_ThatSaysNothing_IsLeftAfterPatience()
    {
        await using DeviceRig rig = await DeviceRig.Start(options => options with { Patience = TimeSpan.FromMilliseconds(20) });
        using (StreamListener.BindUnix(rig.SocketPath, UnixFileMode.UserRead | UnixFileMode.UserWrite, null, 64))
            await rig.Until(() => rig.Port.Counters.Faults >= 2);
        Assert.Contains("no answer to GetFeatures", (await rig.Ask(rig.Port.ReadStatus)).LastFault, StringComparison.Ordinal);
    }

    [Fact]
    public async Task BackEnd_ThatBreaksTheUsedRing_NeedsAResetAndNothingElse()
    {
        await using DeviceRig rig = await DeviceRig.Start();
        using ScriptedBackEnd bad = new ScriptedBackEnd(rig.SocketPath, rig.Disk, hold: true) { JumpTo = 40_000 }.Run();
        await rig.UntilRunning();
        await rig.Submit(BlockDriver.Write, 1, DeviceRig.Sector(1));
        await rig.Until(() => rig.Driver.NeededReset is not null);
        Assert.Equal(1, await rig.Ask(() => rig.DeviceRelay.Counters.BrokenQueues));
    }

    [Fact]
    public async Task BackEnd_ThatIsAnotherDeviceThanBefore_IsRefused()
    {
        await using DeviceRig rig = await DeviceRig.Start();
        using (ScriptedBackEnd first = new ScriptedBackEnd(rig.SocketPath, rig.Disk).Run())
            await rig.UntilRunning();
        using ScriptedBackEnd other = new ScriptedBackEnd(rig.SocketPath, rig.Disk) { Offered = ScriptedBackEnd.Features & ~(1UL << 9) }.Run();
        await rig.Until(() => rig.Port.ReadStatus().LastFault is not null);
        Assert.Contains("BLK_F_FLUSH", (await rig.Ask(rig.Port.ReadStatus)).LastFault, StringComparison.Ordinal);
    }

    [Collection(Sockets.Alone.Name)]
    [Trait("Category", "VhostUser")]
    public sealed class Leaks
    {
        [Fact]
        public async Task Descriptors_AfterAThousandBackEnds_AreWhatTheyWere()
        {
            await using DeviceRig rig = await DeviceRig.Start();
            await Serve(rig, 20);
            (int descriptors, int mappings) = (Descriptors(), Mappings());
            await Serve(rig, 1000);
            await rig.Until(() => rig.Port.ReadStatus().BackEndProcess is null);
            Assert.InRange(Descriptors(), 0, descriptors + 3);
            Assert.InRange(Mappings(), 0, mappings + 1);
        }

        /// <summary>Every third one answers nonsense, at one request or another; the others are given a running driver's rings, and die.</summary>
        private static async Task Serve(DeviceRig rig, int times)
        {
            uint[] spoilt = [1, 5, 15, 24];
            for (int i = 0; i < times; i++)
            {
                long before = await rig.Ask(() => rig.Port.Counters.Faults);
                (uint, byte[])? nonsense = i % 3 == 2 ? (spoilt[i / 3 % spoilt.Length], new byte[12]) : null;
                using (new ScriptedBackEnd(rig.SocketPath, rig.Disk, Standard | ScriptedBackEnd.Inflight) { Nonsense = nonsense }.Run())
                    await rig.Until(() => nonsense is null ? rig.Port.ReadStatus().IsRunning : rig.Port.Counters.Faults > before);
                await rig.Until(() => rig.Port.ReadStatus().BackEndProcess is null);
                // A life of its own now and then, in memory of its own.
                if (i % 10 == 0)
                    await rig.Do(rig.Driver.Restart);
            }

            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        private static int Descriptors() => Directory.GetFileSystemEntries("/proc/self/fd").Length;

        private static int Mappings() => File.ReadLines("/proc/self/maps").Count(line => line.Contains("memfd:rpmsg-bridge", StringComparison.Ordinal) || line.Contains("memfd:region", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Port_ForADeviceThatIsRefused_SaysWhy()
    {
        NotSupportedException refused = await Assert.ThrowsAsync<NotSupportedException>(() => DeviceRig.Start(options => options with { DeviceId = 26 }));
        Assert.Contains("DAX", refused.Message, StringComparison.Ordinal);
    }
}
