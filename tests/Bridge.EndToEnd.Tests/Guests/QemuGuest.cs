using System.Diagnostics;
using Bridge.EndToEnd.Tests.Kernel;
using Bridge.EndToEnd.Tests.Processes;

namespace Bridge.EndToEnd.Tests.Guests;

/// <summary>
/// The distribution's stock kernel in its stock QEMU, with vhost-user devices. Commands are typed into its shell. It ends when it is disposed, and by itself when this process
/// does. One thread at a time.
/// </summary>
internal sealed class QemuGuest : IAsyncDisposable
{
    /// <summary>The emulator.</summary>
    public const string Program = "qemu-system-x86_64";

    // A busy host holds an emulated processor up for any time: the kernel must neither stop at the check of its timer nor complain of itself.
    private const string Parameters = "console=ttyS0 no_timer_check nowatchdog rcupdate.rcu_cpu_stall_suppress=1";

    private readonly RunningProcess _process;
    private readonly GuestShell _shell;

    private QemuGuest(RunningProcess process) => (_process, _shell) = (process, new GuestShell(process));

    /// <summary>What <c>tests/qemu/prepare</c> has made on this machine.</summary>
    public static PreparedGuest Prepared { get; } = new("qemu");

    /// <summary>QEMU's process.</summary>
    public int Id => _process.Id;

    /// <inheritdoc cref="GuestShell.Release"/>
    public string Release => _shell.Release;

    /// <inheritdoc cref="GuestShell.Log"/>
    public string Log => _shell.Log;

    /// <summary>Boots a guest with these further arguments of QEMU, which name its vhost-user devices.</summary>
    public static async Task<QemuGuest> StartAsync(params IEnumerable<string> devices)
    {
        string[] arguments =
        [
            "-nodefaults", "-no-user-config", "-display", "none", "-accel", "tcg", "-m", "256M", "-smp", "2",
            // Shared, so that the gateway can map it; a memfd, because that can be sealed against shrinking.
            "-machine", "q35,memory-backend=ram", "-object", "memory-backend-memfd,id=ram,size=256M,share=on",
            "-chardev", "file,id=log,path=/dev/stderr", "-serial", "chardev:log",
            "-chardev", "stdio,id=shell,signal=off", "-device", "virtio-serial-pci", "-device", "virtserialport,chardev=shell",
            "-kernel", Prepared.File("vmlinuz"), "-initrd", Prepared.File("initramfs"), "-append", Parameters,
            .. devices,
        ];
        QemuGuest guest = new(RunningProcess.Start(new ProcessStartInfo(Programs.Path(Program), arguments)));
        try
        {
            await guest._shell.WaitForBootAsync();
            return guest;
        }
        catch
        {
            await guest.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc cref="GuestShell.TryAsync"/>
    public Task<GuestAnswer> TryAsync(string command) => _shell.TryAsync(command, Bounds.Guest);

    /// <inheritdoc cref="GuestShell.RunAsync"/>
    public Task<string> RunAsync(string command) => _shell.RunAsync(command, Bounds.Guest);

    /// <summary>Boots the same machine again: QEMU stays, its devices are reset. Nothing is left of what ran.</summary>
    public async Task RebootAsync()
    {
        await _shell.TypeAsync("reboot -f");
        await _shell.WaitForBootAsync();
    }

    /// <summary>Turns the machine off and waits for QEMU to end. Its exit code.</summary>
    public async Task<int> PowerOffAsync()
    {
        await _shell.TypeAsync("poweroff -f");
        return (await _process.ExitAsync(Bounds.Guest)).ExitCode;
    }

    /// <summary>Takes its power: QEMU is killed.</summary>
    public async Task KillAsync()
    {
        await _process.SignalAsync("KILL");
        await _process.ExitAsync();
    }

    /// <inheritdoc cref="GuestShell.Describe"/>
    public string Describe() => _shell.Describe();

    public ValueTask DisposeAsync() => _process.DisposeAsync();
}
