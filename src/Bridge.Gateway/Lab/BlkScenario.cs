using System.Globalization;
using System.Text.Json.Nodes;
using Bridge.Gateway.Reports;
using Spectre.Console;

namespace Bridge.Gateway.Lab;

/// <summary>A stock guest in QEMU whose disk is behind the other gateway: it writes while the link is cut, and reads back what it wrote.</summary>
internal sealed class BlkScenario(LabBench bench) : LabScenario(bench)
{
    /// <summary>What <c>--scenario</c> calls it.</summary>
    public const string Name = "blk";

    private const string Device = "disk0", Directory = "/mnt";
    // A busy host holds an emulated processor up for any time: the kernel must neither stop at the check of its timer nor complain of itself.
    private const string Parameters = "console=ttyS0 no_timer_check nowatchdog rcupdate.rcu_cpu_stall_suppress=1";
    private const long ImageBytes = 128L << 20;
    private const int Cuts = 4;
    private static readonly TimeSpan CutDuration = TimeSpan.FromSeconds(3);

    private readonly LabCable _cable = new(bench.Time);
    private LabProgram? _backEnd;
    private LabGuest? _guest;

    /// <inheritdoc/>
    public override string Invitation => $"""
        The guest and both gateways are running. Look at the disk's rings on either side:
          rpmsg-bridge rings --admin-socket {Bench.Virtio.Places.AdminSocket}
          rpmsg-bridge status --admin-socket {Bench.Vhost.Places.AdminSocket}
        Logs: {Bench.Virtio.LogFile}, {Bench.Vhost.LogFile}, the guest's kernel {_guest?.LogFile}
        Press ctrl-c to stop.
        """;

    private string BackEndSocket => Path.Combine(Bench.Directory, "disk.sock");

    private string FrontEndSocket => Path.Combine(Bench.Virtio.RunDirectory, $"{Device}.vhost");

    private LabGuest Guest => _guest!;

    /// <inheritdoc/>
    public override async Task<LabReport> RunAsync(CancellationToken cancellation)
    {
        string qemu = LabProgram.Find("qemu-system-x86_64", "qemu-system-x86"), daemon = LabProgram.Find("qemu-storage-daemon", "qemu-system-common");
        string files = LabGuest.FindDirectory(Bench.Options.Guest, "tests/qemu/prepare", "qemu", "vmlinuz", "initramfs");

        StartBackEnd(daemon);
        Bench.Start(
            Device,
            new JsonObject { ["type"] = "blk", ["port"] = "vhost-user" },
            new JsonObject { ["type"] = "blk", ["port"] = "vhost-user", ["socket"] = BackEndSocket },
            _cable);
        string transport = await Bench.JoinAsync(cancellation);
        await Bench.Virtio.WaitAsync(_ => File.Exists(FrontEndSocket), "the disk", LabBench.StartPatience, Bench.Time, cancellation);
        await BootAsync(qemu, files, cancellation);
        return await WriteAsync(transport, cancellation);
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        if (_guest is not null)
            await _guest.DisposeAsync();
        if (_backEnd is not null)
            await _backEnd.DisposeAsync();
        await _cable.DisposeAsync();
    }

    private void StartBackEnd(string daemon)
    {
        string image = Path.Combine(Bench.Directory, "disk.img");
        using (FileStream file = File.Create(image))
            file.SetLength(ImageBytes);
        _backEnd = LabProgram.StartDetached(
            daemon,
            [
                "--blockdev", $"driver=file,node-name=file,filename={image}",
                "--blockdev", "driver=raw,node-name=disk,file=file",
                "--export", $"type=vhost-user-blk,id=export,node-name=disk,writable=on,addr.type=unix,addr.path={BackEndSocket}",
            ],
            Path.Combine(Bench.Directory, "qemu-storage-daemon.log"));
    }

    private async Task BootAsync(string qemu, string files, CancellationToken cancellation)
    {
        Say($"the guest boots: {files}");
        _guest = await LabGuest.StartAsync(
            qemu,
            [
                "-nodefaults", "-no-user-config", "-display", "none", "-accel", "tcg", "-m", "256M", "-smp", "2",
                // Shared, so that the gateway can map it; a memfd, because that can be sealed against shrinking.
                "-machine", "q35,memory-backend=ram", "-object", "memory-backend-memfd,id=ram,size=256M,share=on",
                "-chardev", "file,id=log,path=/dev/stderr", "-serial", "chardev:log",
                "-chardev", "stdio,id=shell,signal=off", "-device", "virtio-serial-pci", "-device", "virtserialport,chardev=shell",
                "-kernel", Path.Combine(files, "vmlinuz"), "-initrd", Path.Combine(files, "initramfs"), "-append", Parameters,
                "-chardev", $"socket,id={Device},path={FrontEndSocket},reconnect=1", "-device", $"vhost-user-blk-pci,chardev={Device},num-queues=1",
            ],
            Path.Combine(Bench.Directory, "guest.log"),
            Bench.Time,
            cancellation);
        await Guest.RunAsync("await 120 test -b /dev/vda", cancellation);
        Say($"Linux {Guest.Release} has its disk; it makes a file system and writes");
        await Guest.RunAsync($"mkfs.ext4 -q /dev/vda && mount -t ext4 /dev/vda {Directory}", cancellation);
    }

    private async Task<BlkLabReport> WriteAsync(string transport, CancellationToken cancellation)
    {
        // The writer puts this many bytes and a few more into each round.
        const int Megabytes = 8;
        await Guest.RunAsync($"dd if=/dev/urandom of=/tmp/data bs=1M count={Megabytes} && forget", cancellation);
        long begin = Bench.Time.GetTimestamp();
        await Guest.RunAsync($"dd if=/tmp/data of={Directory}/speed bs=64k conv=fsync && rm {Directory}/speed", cancellation);
        double rate = (Megabytes << 20) / Bench.Time.GetElapsedTime(begin).TotalSeconds;

        await Guest.RunAsync($"writer {Directory} >/tmp/written 2>&1 & writing=$!", cancellation);
        for (int cut = 0; cut < Cuts; cut++)
        {
            await UntilNextRoundAsync(cancellation);
            bool reset = cut % 2 == 0;
            // Only TCP can be reset by who stands in between.
            Say($"cut {cut + 1} of {Cuts}: {(reset && transport == "tcp" ? "reset, then " : "")}{CutDuration.TotalSeconds:0} s of silence");
            await _cable.CutAsync(reset ? CutManner.Reset : CutManner.Silence, CutDuration, cancellation);
        }

        await UntilNextRoundAsync(cancellation);
        (int failure, string errors) = await Guest.TryAsync("touch /tmp/stop; wait $writing; status=$?; cat /tmp/written; (exit $status)", cancellation);
        // Unmounted, mounted and forgotten: what is compared comes over the link again.
        (int difference, string differs) = await Guest.TryAsync($"umount {Directory} && mount -t ext4 /dev/vda {Directory} && forget && verify {Directory}", cancellation);
        (int unclean, string check) = await Guest.TryAsync($"umount {Directory} && e2fsck -f -n /dev/vda", cancellation);
        (_, string complaints) = await Guest.TryAsync("complaints", cancellation);
        Array.ForEach([failure == 0 ? "" : errors, difference == 0 ? "" : differs, unclean == 0 ? "" : check, complaints], trouble => Say(trouble));
        return new BlkLabReport
        {
            Scenario = Name,
            Transport = transport,
            GuestKernel = Guest.Release,
            BytesWritten = long.Parse(await Guest.RunAsync("cat /tmp/bytes", cancellation), CultureInfo.InvariantCulture),
            Sha256Match = difference == 0,
            Cuts = _cable.Cuts,
            WriteErrors = failure == 0 ? 0 : 1,
            KernelComplaints = complaints.Length == 0 ? 0 : complaints.Split('\n').Length,
            FileSystemClean = unclean == 0,
            BytesPerSecond = Math.Round(rate),
        };
    }

    /// <summary>Waits until the writer has finished a round that it had not finished yet.</summary>
    private async Task UntilNextRoundAsync(CancellationToken cancellation) =>
        // It may have failed: then there is no next round, and its errors are reported.
        await Guest.RunAsync("before=$(cat /tmp/rounds 2>/dev/null); await 200 eval '[ \"$(cat /tmp/rounds 2>/dev/null)\" != \"$before\" ] || [ ! -d /proc/$writing ]'", cancellation);

    private void Say(string text)
    {
        if (text.Length > 0)
            Bench.Progress.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"{text}");
    }
}
