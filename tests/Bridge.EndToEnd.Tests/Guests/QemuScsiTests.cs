using System.Net;
using Bridge.EndToEnd.Tests.Gateways;
using Bridge.EndToEnd.Tests.Loss;
using Bridge.EndToEnd.Tests.Processes;

namespace Bridge.EndToEnd.Tests.Guests;

/// <summary>A stock guest in stock QEMU uses a SCSI disk of our own back end behind the other gateway.</summary>
[Trait("Category", "VhostUser")]
public sealed class QemuScsiTests
{
    [QemuFact(ScsiBackEnd.Program)]
    public async Task ScsiDisk_TcpConnectionsCutAndDarkWhileTheGuestWrites_IsWholeAndTheGuestSeesNoError()
    {
        int seed = Random.Shared.Next(1_000_000);
        IPEndPoint listen = Loopback.Next(), towards = Loopback.Next();
        await using TcpRelay relay = new(towards, listen, seed, spacing: 30);
        await using GuestScsi scsi = await GuestScsi.StartAsync(new BridgePlan { KeepAliveSeconds = 1, ListenB = listen.ToString(), ConnectA = [towards.ToString()] });
        long epoch = await scsi.EpochAsync();

        await scsi.StartWriterAsync();
        for (int outage = 1; outage <= 2; outage++)
        {
            long silences = await scsi.Pair.SilencesAsync();
            relay.Dark = true;
            await Bounds.UntilAsync(async () => await scsi.Pair.SilencesAsync() > silences, $"silence {outage} to be noticed (seed {seed})", scsi.Pair.Describe);
            relay.Dark = false;
            await scsi.UntilRoundsAsync(1);
        }

        await scsi.StopWriterAsync();
        relay.Calm();

        await scsi.VerifyAsync();
        Assert.Equal(epoch, await scsi.EpochAsync());
    }

    [QemuFact(ScsiBackEnd.Program)]
    public async Task ScsiDisk_UnknownCommandThenBackEndKilledWithCommands_AnswersAnErrorAndTheGuestRepeatsThem()
    {
        await using GuestScsi scsi = await GuestScsi.StartAsync(BridgePlan.OnLoopback("tcp"));
        long epoch = await scsi.EpochAsync();

        // Linux sends MODE SELECT for this.
        (int exitCode, string output) = await scsi.TryAsync("echo write through >/sys/class/scsi_disk/0:0:0:0/cache_type");
        Assert.NotEqual(0, exitCode);
        Assert.Contains("Invalid argument", output, StringComparison.Ordinal);
        await scsi.BackEnd.WaitForAsync("command 15");
        Assert.Contains("Invalid command operation code", await scsi.RunAsync("dmesg"), StringComparison.Ordinal);

        await scsi.RunAsync("sync");
        // Stopped, it keeps the commands that it is given; killed, it takes them with it.
        await scsi.BackEnd.SignalAsync("STOP");
        await scsi.StartWriterAsync();
        await Bounds.UntilAsync(async () => await scsi.UnderWayAsync() > 1, "commands at the back end", scsi.Pair.Describe, Bounds.Guest);
        await scsi.KillBackEndAsync();
        await scsi.StartBackEndAsync();
        await scsi.UntilRoundsAsync(2);
        await scsi.StopWriterAsync();

        await scsi.VerifyAsync();
        Assert.Equal(epoch, await scsi.EpochAsync());
        Assert.True(await scsi.Pair.B.CounterAsync("scsi0", "relay.forfeited") > 0, "No command was lost with the back end.");
    }
}
