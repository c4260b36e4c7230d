using System.Net;
using System.Text.Json;
using Bridge.EndToEnd.Tests.Gateways;
using Bridge.EndToEnd.Tests.Loss;
using Bridge.EndToEnd.Tests.Processes;
using Bridge.Gateway.Lab;

namespace Bridge.EndToEnd.Tests.Guests;

/// <summary>A stock guest in stock QEMU uses a disk that qemu-storage-daemon exports behind the other gateway: what goes wrong in between is a pause for it.</summary>
[Trait("Category", "VhostUser")]
public sealed class QemuDiskTests
{
    [QemuFact(StorageDaemon.Program, "e2fsck", "debugfs")]
    public async Task Disk_TcpConnectionsCutWhileTheGuestWrites_IsWholeAndTheGuestSeesNoError()
    {
        int seed = Random.Shared.Next(1_000_000);
        IPEndPoint listen = Loopback.Next(), towards = Loopback.Next();
        // A cut after twelve megabytes at most: two rounds write more.
        await using TcpRelay relay = new(towards, listen, seed, spacing: 100, fromClient: true);
        BridgePlan plan = new() { KeepAliveSeconds = 1, ListenB = listen.ToString(), ConnectA = [towards.ToString()] };
        await using GuestDisk disk = await GuestDisk.StartAsync(plan);
        (int cuts, long epoch) = (relay.Cuts, await disk.EpochAsync());
        await disk.StartWriterAsync();

        await disk.UntilRoundsAsync(1);
        for (int silence = 1; silence <= 2; silence++)
        {
            relay.Dark = true;
            await UntilTimeoutsAsync(disk.Pair, silence);
            relay.Dark = false;
            await disk.UntilRoundsAsync(2);
        }

        await disk.StopWriterAsync();
        Assert.True(relay.Cuts > cuts, $"No connection was reset. Seed {seed}. {disk.Pair.Describe()}");
        relay.Calm();
        await disk.VerifyAsync();
        Assert.Equal(epoch, await disk.EpochAsync());
    }

    [QemuFact(StorageDaemon.Program, "e2fsck", "debugfs", NeedsQuic = true)]
    [Trait("Category", "Quic")]
    public async Task Disk_QuicPathGoesDarkWhileTheGuestWrites_IsWholeAndTheGuestSeesNoError()
    {
        IPEndPoint listen = Loopback.Next(), towards = Loopback.Next();
        await using UdpStrand relay = new(towards, listen);
        BridgePlan plan = new() { Transport = "quic", KeepAliveSeconds = 1, ListenB = listen.ToString(), ConnectA = [towards.ToString()] };
        await using GuestDisk disk = await GuestDisk.StartAsync(plan);
        long epoch = await disk.EpochAsync();
        await disk.StartWriterAsync();

        for (int outage = 1; outage <= 3; outage++)
        {
            await disk.UntilRoundsAsync(1);
            relay.Swallows = CableDirections.Both;
            await UntilTimeoutsAsync(disk.Pair, outage);
            relay.Swallows = CableDirections.None;
        }

        await disk.UntilRoundsAsync(1);
        await disk.StopWriterAsync();
        await disk.VerifyAsync();
        Assert.Equal(epoch, await disk.EpochAsync());
    }

    [QemuFact(StorageDaemon.Program, "e2fsck", "debugfs")]
    [Trait("Category", "Resume")]
    public async Task Disk_EitherGatewayKilledWhileTheGuestWrites_IsWholeAndTheGuestSeesNoError()
    {
        await using GuestDisk disk = await GuestDisk.StartAsync(BridgePlan.OnLoopback("tcp"));
        await disk.StartWriterAsync();
        await disk.UntilRoundsAsync(1);
        // The device side with all that it knew: the driver side gives its successor what is not answered.
        await disk.Pair.B.KillAsync();
        await disk.Pair.B.StartAsync();
        await disk.UntilRoundsAsync(2);
        Assert.Equal(1, await disk.Pair.A.CounterAsync("disk0", "relay.reseeded"));
        // The driver side: QEMU comes back with the in-flight region, which tells its successor what is not answered.
        await disk.Pair.A.KillAsync();
        await disk.Pair.A.StartAsync();
        await disk.UntilRoundsAsync(2);
        await disk.StopWriterAsync();
        await disk.VerifyAsync();
    }

    [QemuFact(StorageDaemon.Program, "e2fsck", "debugfs")]
    public async Task Disk_ConfigurationWrittenByTheGuest_IsTakenAtTheOtherEnd()
    {
        await using GuestDisk disk = await GuestDisk.StartAsync(BridgePlan.OnLoopback("tcp"));
        // The guest writes to the configuration space, and the device side has it taken.
        Assert.Equal("write through", await disk.RunAsync("cat /sys/block/vda/cache_type"));
        await disk.RunAsync("echo 'write back' >/sys/block/vda/cache_type");
        Assert.Equal("write back", await disk.RunAsync("cat /sys/block/vda/cache_type"));
        await Bounds.UntilAsync(async () => await disk.Pair.B.CounterAsync("disk0", "relay.configurationWrites") == 1, "the write at B", disk.Pair.Describe);
        await disk.AssertQuietAsync();
    }

    [QemuFact(StorageDaemon.Program, "e2fsck", "debugfs")]
    public async Task Disk_BackEndKilledThenGuestRebootedThenKilled_IsThereAgainAndWhole()
    {
        await using GuestDisk disk = await GuestDisk.StartAsync(BridgePlan.OnLoopback("tcp"));
        long first = await disk.EpochAsync();
        await disk.StartWriterAsync();
        await disk.UntilRoundsAsync(1);
        await disk.KillBackEndAsync();
        disk.StartBackEnd();
        await disk.UntilRoundsAsync(2);
        await disk.StopWriterAsync();
        string sums = await disk.RunAsync("verify /mnt && tail /tmp/sums/* && umount /mnt");
        Assert.Equal(first, await disk.EpochAsync());

        await disk.Guest.RebootAsync();
        await disk.UntilThereAsync();
        long second = await disk.EpochAsync();
        Assert.NotEqual(first, second);
        // Written before the reboot, read after it.
        await disk.RunAsync("e2fsck -f -n /dev/vda && mount -t ext4 /dev/vda /mnt && resume_sums /mnt");
        Assert.Equal(sums, await disk.RunAsync("tail /tmp/sums/*"));
        await disk.StartWriterAsync();
        await disk.UntilRoundsAsync(1);
        await disk.Guest.KillAsync();

        await disk.BootAsync();
        Assert.NotEqual(second, await disk.EpochAsync());
        // The journal puts right what the first guest was doing.
        await disk.RunAsync("mount -t ext4 /dev/vda /mnt");
        await disk.StartWriterAsync();
        await disk.UntilRoundsAsync(4);
        await disk.StopWriterAsync();
        await disk.VerifyAsync();
    }

    /// <summary>Both gateways have noticed so many silences.</summary>
    private static Task UntilTimeoutsAsync(GatewayPair pair, int count) => Bounds.UntilAsync(
        async () => await TimeoutsAsync(pair.A) >= count && await TimeoutsAsync(pair.B) >= count, $"silence number {count} to be noticed", pair.Describe);

    private static async Task<long> TimeoutsAsync(TestGateway gateway) =>
        (await gateway.LinkAsync()).GetProperty("ended").TryGetProperty("KeepAliveTimeout", out JsonElement count) ? count.GetInt64() : 0;
}
