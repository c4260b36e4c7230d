using System.Diagnostics;
using Bridge.EndToEnd.Tests.Guests;
using Bridge.EndToEnd.Tests.Processes;

namespace Bridge.EndToEnd.Tests.Kernel;

/// <summary>
/// A Linux kernel that runs as a process (user-mode Linux), with the drivers of <c>tests/kernel/kernel.config</c>. It ends when it is disposed, and by itself when this
/// process does. One thread at a time.
/// </summary>
internal sealed class GuestKernel : IAsyncDisposable
{
    private readonly RunningProcess _process;
    private readonly GuestShell _shell;
    private readonly TemporaryDirectory _directory;

    // Seconds; it takes a hundredth of one.
    private const int WithoutMemory = 60;

    private GuestKernel(RunningProcess process, TemporaryDirectory directory) => (_process, _shell, _directory) = (process, new GuestShell(process), directory);

    /// <summary>The process of its kernel; those of its user space are children of it.</summary>
    public int Id => _process.Id;

    /// <inheritdoc cref="GuestShell.Release"/>
    public string Release => _shell.Release;

    /// <inheritdoc cref="GuestShell.Log"/>
    public string Log => _shell.Log;

    /// <summary>Boots a guest with these vhost-user devices, each <c>SOCKET:VIRTIO-ID</c>; the first one is virtio0. Their back ends must listen already: a guest tries once.</summary>
    public static async Task<GuestKernel> StartAsync(params IEnumerable<string> devices)
    {
        TemporaryDirectory directory = new();
        string[] arguments =
        [
            // Room for a burst of tens of thousands that nobody reads: a message waits in a kilobyte of the guest's kernel.
            "mem=128M", $"initrd={KernelBuild.FileSystem}", "con0=null,fd:2", "con1=fd:0,fd:1", $"uml_dir={directory.Path}/", "umid=guest",
            .. devices.Select(device => $"virtio_uml.device={device}"),
        ];
        GuestKernel guest = new(RunningProcess.Start(new ProcessStartInfo(KernelBuild.Kernel, arguments)), directory);
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
    public Task<GuestAnswer> TryAsync(string command, TimeSpan? limit = null) => _shell.TryAsync(command, limit);

    /// <inheritdoc cref="GuestShell.RunAsync"/>
    public Task<string> RunAsync(string command, TimeSpan? limit = null) => _shell.RunAsync(command, limit);

    /// <inheritdoc cref="GuestShell.WaitForLogAsync"/>
    public Task WaitForLogAsync(string text, int from = 0) => _shell.WaitForLogAsync(text, from);

    /// <summary>Boots the same guest again, as `reboot` does: the process stays and connects to its devices anew. Nothing is left of what ran.</summary>
    /// <exception cref="GuestHungException">The kernel does not get as far as its devices.</exception>
    public async Task RebootAsync()
    {
        await _process.TypeAsync("reboot -f");
        Task boot = _shell.WaitForBootAsync();
        using PeriodicTimer pace = new(TimeSpan.FromSeconds(1));
        for (int seconds = 0; !boot.IsCompleted && seconds < WithoutMemory; await pace.WaitForNextTickAsync())
            seconds = HasMemory() ? 0 : seconds + 1;
        if (!boot.IsCompleted)
        {
            _ = boot.ContinueWith(static late => late.Exception, TaskScheduler.Default);
            throw new GuestHungException(Describe());
        }

        await boot;
    }

    /// <summary>Turns the guest off and waits for its process to end. Its exit code: 0, if the kernel did not panic.</summary>
    public async Task<int> PowerOffAsync()
    {
        await _process.TypeAsync("poweroff -f");
        return (await _process.ExitAsync()).ExitCode;
    }

    /// <summary>Types a command and ends the console's input without waiting for it, which turns the guest off. Its exit code.</summary>
    public async Task<int> EndInputAsync(string command)
    {
        await _process.TypeAsync(command);
        _process.EndInput();
        return (await _process.ExitAsync()).ExitCode;
    }

    /// <summary>Takes its power: the kernel's process is killed, and the host ends those of its user space.</summary>
    public async Task KillAsync()
    {
        await _process.SignalAsync("KILL");
        await _process.ExitAsync();
    }

    /// <inheritdoc cref="GuestShell.Describe"/>
    public string Describe() => _shell.Describe();

    /// <summary>A guest's memory is a file without a name, which a kernel opens long before its devices.</summary>
    private bool HasMemory()
    {
        try
        {
            return File.ReadLines($"/proc/{Id}/maps").Any(static line => line.Contains("/dev/shm/", StringComparison.Ordinal));
        }
        catch (IOException)
        {
            // It has ended, which the shell notices.
            return true;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _directory.Dispose();
    }
}
