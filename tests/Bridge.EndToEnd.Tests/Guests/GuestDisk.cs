using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Bridge.EndToEnd.Tests.Gateways;
using Bridge.EndToEnd.Tests.Processes;

namespace Bridge.EndToEnd.Tests.Guests;

/// <summary>
/// A guest whose disk is behind gateway A; gateway B has qemu-storage-daemon and the image. The disk has an ext4 file system that is mounted at /mnt, and a process of the guest
/// writes to it in rounds, from <see cref="StartWriterAsync"/> to <see cref="StopWriterAsync"/>. One thread at a time.
/// </summary>
internal sealed class GuestDisk : IAsyncDisposable
{
    private const string Device = "disk0";
    private const long ImageBytes = 96 << 20;
    private const int Queues = 2;

    private readonly TemporaryDirectory _directory = new();
    private GatewayPair? _pair;
    private RunningProcess? _backEnd;
    private QemuGuest? _guest;

    private GuestDisk()
    {
    }

    public GatewayPair Pair => _pair!;

    /// <summary>The guest that runs now.</summary>
    public QemuGuest Guest => _guest!;

    private string Image => _directory.File("disk.img");

    private string BackEndSocket => _directory.File("disk.sock");

    private string FrontEndSocket => Path.Combine(Pair.A.RunDirectory, $"{Device}.vhost");

    /// <summary>Starts everything, boots a guest, makes the file system and mounts it.</summary>
    public static async Task<GuestDisk> StartAsync(BridgePlan plan)
    {
        GuestDisk disk = new();
        try
        {
            await using (FileStream image = File.Create(disk.Image))
                image.SetLength(ImageBytes);
            disk.StartBackEnd();
            disk._pair = await GatewayPair.StartAsync(plan with { Devices = [Device], Services = [], Devise = disk.PlugIn });
            await disk.BootAsync();
            await disk.Guest.RunAsync("mkfs.ext4 -q /dev/vda && mount -t ext4 /dev/vda /mnt");
            return disk;
        }
        catch
        {
            await disk.DisposeAsync();
            throw;
        }
    }

    /// <summary>Boots a guest, another one if there was one, and waits until its disk is there.</summary>
    public async Task BootAsync()
    {
        if (_guest is not null)
            await _guest.DisposeAsync();
        await Bounds.UntilAsync(() => File.Exists(FrontEndSocket), "the front end's socket", Pair.Describe);
        _guest = await QemuGuest.StartAsync("-chardev", $"socket,id={Device},path={FrontEndSocket},reconnect=1", "-device", $"vhost-user-blk-pci,chardev={Device},num-queues={Queues}");
        await UntilThereAsync();
    }

    /// <summary>Waits until the guest's disk is there.</summary>
    public Task UntilThereAsync() => RunAsync("await 120 test -b /dev/vda");

    /// <summary>Runs a line of shell in the guest to its end, which must be a good one. Its output. A failure shows the gateways' logs.</summary>
    public async Task<string> RunAsync(string command)
    {
        (int exitCode, string output) = await Guest.TryAsync(command);
        Assert.True(exitCode == 0, $"'{command}' in the guest: exit code {exitCode}: {output}\n{Guest.Describe()}\n{Pair.Describe()}");
        return output;
    }

    /// <summary>Begins to write.</summary>
    public Task StartWriterAsync() => RunAsync("rm -f /tmp/stop /tmp/rounds; writer /mnt >/tmp/written 2>&1 & writing=$!");

    /// <summary>Waits until so many more rounds are over, each with all it wrote on the disk.</summary>
    public async Task UntilRoundsAsync(int more)
    {
        int rounds = await RoundsAsync() + more;
        await Bounds.UntilAsync(async () => await RoundsAsync() >= rounds, $"round {rounds} of the guest's writer", () => $"{Guest.Describe()}\n{Pair.Describe()}", Bounds.Guest);
    }

    /// <summary>Ends the writer after its round; it has seen no error, and neither has the guest's kernel.</summary>
    public async Task StopWriterAsync()
    {
        Assert.Equal("", await RunAsync("touch /tmp/stop; wait $writing && cat /tmp/written"));
        await AssertQuietAsync();
    }

    /// <summary>The guest's kernel has not complained of anything since it booted.</summary>
    public async Task AssertQuietAsync()
    {
        (_, string complaints) = await Guest.TryAsync("complaints");
        Assert.True(complaints.Length == 0, $"The guest's kernel says: {complaints}\n{Pair.Describe()}");
    }

    /// <summary>The files and the file system are whole: as the guest finds them when it has forgotten what it read, and in the image, from outside. Leaves it unmounted.</summary>
    public async Task VerifyAsync()
    {
        await RunAsync("umount /mnt && mount -t ext4 /dev/vda /mnt && forget && verify /mnt && umount /mnt && e2fsck -f -n /dev/vda");
        await AssertQuietAsync();
        string sums = await RunAsync("sync; grep -H . /tmp/sums/*");
        // What the guest wrote before it unmounted is in the file now: the daemon has answered its flush.
        await Machine.Here.RunAsync("e2fsck", "-f", "-n", Image);
        foreach (string line in sums.Split('\n'))
        {
            // /tmp/sums/0:SUM  -
            (string name, string sum) = (Path.GetFileName(line.Split(':')[0]), line.Split(':')[1].Split(' ')[0]);
            string copy = _directory.File($"copy-{name}");
            await Machine.Here.RunAsync("debugfs", "-R", $"dump /{name} {copy}", Image);
            Assert.Equal(sum, Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(copy))));
        }
    }

    /// <summary>Exports the image.</summary>
    public void StartBackEnd() => _backEnd = StorageDaemon.Start(Image, BackEndSocket, Queues);

    /// <summary>Kills the process that exports the image, and waits until its gateway has noticed.</summary>
    public async Task KillBackEndAsync()
    {
        await _backEnd!.SignalAsync("KILL");
        await _backEnd.ExitAsync();
        await _backEnd.DisposeAsync();
        await Pair.B.UntilLoggedAsync("back end has gone");
        File.Delete(BackEndSocket);
    }

    /// <summary>The number of the device's present life, as B's status tells it.</summary>
    public async Task<long> EpochAsync()
    {
        JsonElement status = await Pair.B.StatusAsync();
        return status.GetProperty("devices")[0].GetProperty("epoch").GetInt64();
    }

    public async ValueTask DisposeAsync()
    {
        if (_guest is not null)
            await _guest.DisposeAsync();
        if (_pair is not null)
            await _pair.DisposeAsync();
        if (_backEnd is not null)
            await _backEnd.DisposeAsync();
        _directory.Dispose();
    }

    private async Task<int> RoundsAsync() => int.Parse(await RunAsync("cat /tmp/rounds 2>/dev/null || echo 0"), CultureInfo.InvariantCulture);

    private void PlugIn(JsonNode a, JsonNode b)
    {
        (a[Device]!["type"], a[Device]!["port"]) = ("blk", "vhost-user");
        (b[Device]!["type"], b[Device]!["port"], b[Device]!["socket"]) = ("blk", "vhost-user", BackEndSocket);
        b[Device]!["pool"] = new JsonObject { ["queues"] = Queues };
    }
}
