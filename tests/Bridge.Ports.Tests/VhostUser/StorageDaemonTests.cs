using System.Diagnostics;
using Bridge.Ports.Tests.Sockets;
using Bridge.Relay;

namespace Bridge.Ports.Tests.VhostUser;

/// <summary>A real back end: the disk that QEMU's storage daemon exports, through a pair of relays, with the daemon killed in between.</summary>
[Trait("Category", "VhostUser")]
public sealed class StorageDaemonTests
{
    private const int Sectors = 2048;

    [StorageDaemonFact]
    public async Task Disk_OfQemuStorageDaemon_IsWrittenAndReadAcrossItsDeath()
    {
        using TemporaryDirectory directory = new();
        string image = directory["disk.img"];
        await File.WriteAllBytesAsync(image, new byte[Sectors * 512]);
        await using DeviceRig rig = await DeviceRig.Start();
        Process daemon = Run(image, rig.SocketPath);
        try
        {
            await rig.UntilRunning();
            DeviceOffer offer = await rig.Ask(() => rig.Driver.Offers[^1]);
            Assert.Equal((ulong)Sectors, BitConverter.ToUInt64(offer.Configuration.Span));
            Assert.NotEqual(0ul, offer.Features & 1UL << 9);

            for (int round = 0; round < 3; round++)
            {
                await Write(rig, round, from: 0, to: 20);
                // Behind its back: some of these are with the daemon when it dies, and all are done by the next one.
                for (int i = 20; i < 40; i++)
                    await rig.Submit(BlockDriver.Write, (ulong)((round * 64) + i), Content(round, i));
                daemon.Kill();
                await daemon.WaitForExitAsync().WaitAsync(Patience.Time);
                daemon.Dispose();
                daemon = Run(image, rig.SocketPath);
                await rig.Until(() => rig.Driver.Answers.Count == 40);
                Assert.All(await rig.Ask(() => rig.Driver.Answers.ToArray()), answer => Assert.Equal(0, answer.Status));
                await rig.Do(rig.Driver.Answers.Clear);
                await ReadBack(rig, round);
            }

            Assert.Null(await rig.Ask(() => rig.Driver.NeededReset));
            Assert.Equal(3, await rig.Ask(() => rig.Port.Counters.ResumedByTable));
        }
        finally
        {
            daemon.Kill();
            await daemon.WaitForExitAsync().WaitAsync(Patience.Time);
            daemon.Dispose();
        }

        byte[] written = await File.ReadAllBytesAsync(image);
        for (int round = 0; round < 3; round++)
        {
            for (int i = 0; i < 40; i++)
                Assert.Equal(Content(round, i), written.AsSpan(((round * 64) + i) * 512, 512).ToArray());
        }
    }

    [StorageDaemonFact]
    public async Task Reset_OfTheDriver_BeginsAnewWithTheSameDaemon()
    {
        using TemporaryDirectory directory = new();
        string image = directory["disk.img"];
        await File.WriteAllBytesAsync(image, new byte[Sectors * 512]);
        await using DeviceRig rig = await DeviceRig.Start();
        using Process daemon = Run(image, rig.SocketPath);
        try
        {
            await rig.UntilRunning();
            for (int round = 1; round <= 3; round++)
            {
                await rig.Submit(BlockDriver.Write, (ulong)round, Content(round, 1));
                await rig.Submit(BlockDriver.Flush, 0);
                await rig.Until(() => rig.Driver.Answers.Count == 2);
                await rig.Do(rig.Driver.Restart);
                await rig.Until(() => rig.DeviceRelay.Counters.Epochs == round + 1 && rig.Port.ReadStatus().IsRunning);
                await rig.Submit(BlockDriver.Read, (ulong)round, readLength: 512);
                await rig.Until(() => rig.Driver.Answers.Count == 1);
                Assert.Equal(Content(round, 1), (await rig.Ask(() => rig.Driver.Answers[0])).Data);
                await rig.Do(rig.Driver.Answers.Clear);
            }

            Assert.Equal((1, 0), await rig.Ask(() => ((int)rig.Port.Counters.Connections, (int)rig.Port.Counters.Faults)));
        }
        finally
        {
            daemon.Kill();
            await daemon.WaitForExitAsync().WaitAsync(Patience.Time);
        }
    }

    private static byte[] Content(int round, int i) => [.. Enumerable.Range(0, 512).Select(at => (byte)((round * 7) + (i * 31) + at))];

    private static async Task Write(DeviceRig rig, int round, int from, int to)
    {
        for (int i = from; i < to; i++)
            await rig.Submit(BlockDriver.Write, (ulong)((round * 64) + i), Content(round, i));
        await rig.Until(() => rig.Driver.Answers.Count == to - from);
    }

    private static async Task ReadBack(DeviceRig rig, int round)
    {
        for (int i = 0; i < 40; i++)
            await rig.Submit(BlockDriver.Read, (ulong)((round * 64) + i), readLength: 512);
        await rig.Until(() => rig.Driver.Answers.Count == 40);
        var answers = (await rig.Ask(() => rig.Driver.Answers.ToArray())).OrderBy(answer => answer.Token).ToArray();
        for (int i = 0; i < 40; i++)
            Assert.Equal(Content(round, i), answers[i].Data);
        await rig.Do(rig.Driver.Answers.Clear);
    }

    private static Process Run(string image, string socket)
    {
        File.Delete(socket);
        return Process.Start(new ProcessStartInfo(StorageDaemonFactAttribute.Program)
        {
            ArgumentList =
            {
                "--blockdev", $"driver=file,node-name=disk,filename={image},locking=off",
                "--export", $"type=vhost-user-blk,id=export,addr.type=unix,addr.path={socket},node-name=disk,writable=on",
            },
        })!;
    }
}
