using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Bridge.EndToEnd.Tests.Gateways;
using Bridge.EndToEnd.Tests.Kernel;
using Bridge.EndToEnd.Tests.Processes;

namespace Bridge.EndToEnd.Tests.Guests;

/// <summary>A guest whose SCSI host is behind gateway A; gateway B has the back end with its disk. One thread at a time.</summary>
internal sealed class GuestScsi : IAsyncDisposable
{
    private const string Device = "scsi0";
    private const long ImageBytes = 64 << 20;

    private readonly TemporaryDirectory _directory = new();
    private GatewayPair? _pair;
    private QemuGuest? _guest;

    private GuestScsi()
    {
    }

    public GatewayPair Pair => _pair!;

    /// <summary>The back end that runs now.</summary>
    public RunningProcess BackEnd { get; private set; } = null!;

    private string Image => _directory.File("disk.img");

    private string Socket => _directory.File("scsi.sock");

    /// <summary>Starts everything, boots the guest, and has a file system on the disk, at /mnt.</summary>
    public static async Task<GuestScsi> StartAsync(BridgePlan plan)
    {
        GuestScsi scsi = new();
        try
        {
            await using (FileStream image = File.Create(scsi.Image))
                image.SetLength(ImageBytes);
            await scsi.StartBackEndAsync();
            scsi._pair = await GatewayPair.StartAsync(plan with { Devices = [Device], Services = [], Devise = scsi.PlugIn });
            string socket = Path.Combine(scsi.Pair.A.RunDirectory, $"{Device}.vhost");
            await Bounds.UntilAsync(() => File.Exists(socket), "the front end's socket", scsi.Pair.Describe);
            scsi._guest = await QemuGuest.StartAsync("-chardev", $"socket,id={Device},path={socket}", "-device", $"vhost-user-scsi-pci,chardev={Device},num_queues=1");
            await scsi.RunAsync("await 120 test -b /dev/sda && mkfs.ext4 -q /dev/sda && mount -t ext4 /dev/sda /mnt");
            return scsi;
        }
        catch
        {
            await scsi.DisposeAsync();
            throw;
        }
    }

    public async Task StartBackEndAsync() => BackEnd = await ScsiBackEnd.StartAsync(Image, Socket);

    /// <summary>Kills the back end, and waits until its gateway has noticed.</summary>
    public async Task KillBackEndAsync()
    {
        await BackEnd.SignalAsync("KILL");
        await BackEnd.ExitAsync();
        await BackEnd.DisposeAsync();
        await Pair.B.UntilLoggedAsync("back end has gone");
    }

    /// <summary>Runs a line of shell in the guest, which may end badly.</summary>
    public Task<GuestAnswer> TryAsync(string command) => _guest!.TryAsync(command);

    /// <summary>Runs a line of shell in the guest to its end, which must be a good one. Its output.</summary>
    public async Task<string> RunAsync(string command)
    {
        (int exitCode, string output) = await TryAsync(command);
        Assert.True(exitCode == 0, $"'{command}' in the guest: exit code {exitCode}: {output}\n{_guest!.Describe()}\n{Pair.Describe()}\nBack end: {BackEnd.Describe()}");
        return output;
    }

    /// <summary>Begins to write files, in rounds, until <see cref="StopWriterAsync"/>.</summary>
    public Task StartWriterAsync() => RunAsync("rm -f /tmp/stop /tmp/rounds; writer /mnt >/tmp/written 2>&1 & writing=$!");

    /// <summary>Waits until so many more rounds are over.</summary>
    public Task UntilRoundsAsync(int more) => RunAsync($"_from=$(cat /tmp/rounds 2>/dev/null || echo 0); enough() {{ [ $(cat /tmp/rounds 2>/dev/null || echo 0) -ge $((_from + {more})) ]; }}; await 200 enough");

    /// <summary>Ends the writer after its round; it has seen no error.</summary>
    public async Task StopWriterAsync() => Assert.Equal("", await RunAsync("touch /tmp/stop; wait $writing && cat /tmp/written"));

    /// <summary>What was written is there, in the guest and in the image, and the guest's kernel has complained of nothing.</summary>
    public async Task VerifyAsync()
    {
        await RunAsync("forget && verify /mnt && umount /mnt && e2fsck -f -n /dev/sda && forget");
        string sum = (await RunAsync("sha256sum </dev/sda")).Split(' ')[0];
        await using FileStream image = File.OpenRead(Image);
        Assert.Equal(sum, Convert.ToHexStringLower(await SHA256.HashDataAsync(image)));
        (_, string complaints) = await TryAsync("complaints");
        Assert.True(complaints.Length == 0, $"The guest's kernel says: {complaints}\n{Pair.Describe()}");
    }

    /// <summary>The device's present life, as B's status tells it.</summary>
    public async Task<long> EpochAsync() => (await DeviceAsync()).GetProperty("epoch").GetInt64();

    /// <summary>Commands that the back end has and has not answered.</summary>
    public async Task<long> UnderWayAsync() => (await DeviceAsync()).GetProperty("queues").EnumerateArray()
        .Where(queue => queue.GetProperty("index").GetInt32() == 2).Sum(queue => queue.GetProperty("posted").GetInt64() - queue.GetProperty("used").GetInt64());

    public async ValueTask DisposeAsync()
    {
        if (_guest is not null)
            await _guest.DisposeAsync();
        if (_pair is not null)
            await _pair.DisposeAsync();
        if (BackEnd is not null)
            await BackEnd.DisposeAsync();
        _directory.Dispose();
    }

    private async Task<JsonElement> DeviceAsync() => (await Pair.B.StatusAsync()).GetProperty("devices")[0];

    private void PlugIn(JsonNode a, JsonNode b)
    {
        (a[Device]!["type"], a[Device]!["port"]) = ("scsi", "vhost-user");
        (b[Device]!["type"], b[Device]!["port"], b[Device]!["socket"]) = ("scsi", "vhost-user", Socket);
    }
}
