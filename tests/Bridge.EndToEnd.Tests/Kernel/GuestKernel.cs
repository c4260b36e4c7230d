using System.Diagnostics;
using System.Globalization;
using Bridge.EndToEnd.Tests.Processes;

namespace Bridge.EndToEnd.Tests.Kernel;

/// <summary>
/// A Linux kernel that runs as a process (user-mode Linux), with the drivers of <c>tests/kernel/kernel.config</c>. Commands are typed into its shell, one after the other
/// (<c>tests/kernel/guest/shell.sh</c>); the kernel's log is the process's standard error. It ends when it is disposed, and by itself when this process does. One thread at a time.
/// </summary>
internal sealed class GuestKernel : IAsyncDisposable
{
    private const string Ready = "= ready ", Status = "= ", OutputLine = "| ";

    private readonly RunningProcess _process;
    private readonly TemporaryDirectory _directory;
    // How many lines of the console have been read by earlier commands.
    private int _read;

    private GuestKernel(RunningProcess process, TemporaryDirectory directory)
    {
        _process = process;
        _directory = directory;
    }

    /// <summary>The process of its kernel; those of its user space are children of it.</summary>
    public int Id => _process.Id;

    /// <summary>The kernel's release, as <c>uname -r</c> tells it.</summary>
    public string Release { get; private set; } = "";

    /// <summary>The kernel's log so far, of all its boots.</summary>
    public string Log => _process.Errors.Text;

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
            await guest.WaitForBootAsync();
            return guest;
        }
        catch
        {
            await guest.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs a line of shell and waits for its end, which may be a bad one.</summary>
    public async Task<GuestAnswer> TryAsync(string command, TimeSpan? limit = null)
    {
        Assert.DoesNotContain('\n', command);
        await _process.TypeAsync(command);
        List<string> output = [];
        while (true)
        {
            string line = await NextLineAsync(command, limit);
            if (line.StartsWith(OutputLine, StringComparison.Ordinal))
                output.Add(line[OutputLine.Length..]);
            else if (line.StartsWith(Status, StringComparison.Ordinal) && int.TryParse(line[Status.Length..], CultureInfo.InvariantCulture, out int exitCode))
                return new GuestAnswer(exitCode, string.Join('\n', output));
            else
                Assert.Fail($"The guest answered '{command}' with '{line}'. {Describe()}");
        }
    }

    /// <summary>Runs a line of shell to its end, which must be a good one. Its output.</summary>
    public async Task<string> RunAsync(string command, TimeSpan? limit = null)
    {
        (int exitCode, string output) = await TryAsync(command, limit);
        Assert.True(exitCode == 0, $"'{command}' in the guest: exit code {exitCode}: {output}\n{Describe()}");
        return output;
    }

    /// <summary>Waits until the kernel's log has the text, from a place in it on.</summary>
    /// <param name="text">What is waited for.</param>
    /// <param name="from">Where to begin: <see cref="Log"/>'s length at an earlier time; the beginning if omitted.</param>
    public Task WaitForLogAsync(string text, int from = 0) => Bounds.UntilAsync(
        () =>
        {
            // In this order: what ends between the two has been read.
            bool over = _process.IsReadToEnd;
            bool found = Log.AsSpan(from).Contains(text, StringComparison.Ordinal);
            if (over && !found)
                Assert.Fail($"The guest ended without '{text}' in its log. {Describe()}");
            return found;
        },
        $"'{text}' in the kernel's log",
        Describe);

    /// <summary>Boots the same guest again, as `reboot` does: the process stays and connects to its devices anew. Nothing is left of what ran.</summary>
    public async Task RebootAsync()
    {
        await _process.TypeAsync("reboot -f");
        await WaitForBootAsync();
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

    /// <summary>The ends of its console and of its log, for failures.</summary>
    public string Describe() => _process.Describe();

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _directory.Dispose();
    }

    private async Task WaitForBootAsync()
    {
        string line = await NextLineAsync("boot", limit: null);
        Assert.True(line.StartsWith(Ready, StringComparison.Ordinal), $"The guest began with '{line}'. {Describe()}");
        Release = line[Ready.Length..];
        // The guest turns itself off when nobody answers its first line.
        await RunAsync("true");
    }

    private async Task<string> NextLineAsync(string command, TimeSpan? limit)
    {
        IReadOnlyList<string> lines = [];
        await Bounds.UntilAsync(
            () =>
            {
                bool over = _process.IsReadToEnd;
                lines = _process.Output.ToList();
                if (over && lines.Count == _read)
                    Assert.Fail($"The guest ended during '{command}'. {Describe()}");
                return lines.Count > _read;
            },
            $"the guest's answer to '{command}'",
            Describe,
            limit);
        return lines[_read++];
    }
}
