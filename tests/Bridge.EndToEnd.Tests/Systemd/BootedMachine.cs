using System.Diagnostics;
using System.Globalization;
using Bridge.EndToEnd.Tests.Processes;

namespace Bridge.EndToEnd.Tests.Systemd;

/// <summary>
/// A machine of its own, booted by its systemd: process, mount and user space of their own over a copy of this machine's files, in a network namespace. What it writes lies in memory, and is
/// gone with it; the files below <see cref="DebianPackages.Place"/> are in its /opt/packages.
/// </summary>
internal sealed class BootedMachine : IAsyncDisposable
{
    // The names and numbers of a user who may use the gateway's sockets and nothing else.
    private static readonly string[] Member = ["setpriv", "--reuid=65534", "--regid=65534", "--groups=rpmsg"];

    // SIGRTMIN+4 asks a systemd for poweroff.
    private const string PowerOff = "38";

    // No more than it takes: the services of the copied machine stay off.
    private const string Target = "basic.target";

    private readonly TemporaryDirectory _directory;
    private readonly RunningProcess _process;
    private int _init;

    private BootedMachine(TemporaryDirectory directory, RunningProcess process) => (_directory, _process) = (directory, process);

    /// <summary>Shell commands that make root/ below $1, in the mount namespace of the shell. In memory, because an overlay's own files cannot lie below what it covers.</summary>
    public const string Overlay = """
        mount -t tmpfs -o mode=755 tmpfs "$1"
        mkdir "$1/upper" "$1/work" "$1/root"
        mount -t overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" overlay "$1/root"
        """;

    // Another machine's journal and addresses hang on the machine id. When standard input ends, because the tests were killed, the machine does too.
    private const string Boot = Overlay + """

        rm -f "$1/root/etc/machine-id"
        tr -d - </proc/sys/kernel/random/uuid >"$1/root/etc/machine-id"
        exec 3<&0
        { cat <&3; grep -q systemd-nspawn /proc/$$/comm && kill -s TERM $$; } >/dev/null 2>&1 &
        exec systemd-nspawn --quiet --directory="$1/root" --boot --register=no --keep-unit --console=pipe --kill-signal=SIGRTMIN+4 \
            --network-namespace-path="/run/netns/$2" --machine="$2" --bind-ro="$3:/opt/packages" systemd.unit=$4 </dev/null 3<&-
        """;

    /// <summary>Boots it in the network namespace of <paramref name="network"/>.</summary>
    public static async Task<BootedMachine> BootAsync(Machine network)
    {
        TemporaryDirectory directory = new();
        RunningProcess process = RunningProcess.Start(new ProcessStartInfo(
            Programs.Path("unshare"), ["--mount", "--propagation", "private", "sh", "-ec", Boot, "sh", directory.Path, network.Namespace!, DebianPackages.Place, Target]));
        BootedMachine machine = new(directory, process);
        try
        {
            await Bounds.UntilAsync(machine.IsUpAsync, "the machine is up", process.Describe);
            return machine;
        }
        catch
        {
            await machine.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts a command as root; it goes on until it ends or is disposed.</summary>
    public RunningProcess Start(params IEnumerable<string> command) => RunningProcess.Start(new ProcessStartInfo(
        Programs.Path("nsenter"),
        ["--target", _init.ToString(CultureInfo.InvariantCulture), "--mount", "--uts", "--ipc", "--net", "--pid", "--cgroup", "--", .. command]));

    /// <summary>Starts a command as an ordinary user who is a member of the group rpmsg.</summary>
    public RunningProcess StartAsMember(params IEnumerable<string> command) => Start([.. Member, .. command]);

    /// <summary>Runs a command as root to its end.</summary>
    public async Task<(int ExitCode, string Output, string Errors)> TryAsync(params IEnumerable<string> command)
    {
        await using RunningProcess process = Start(command);
        return await process.ExitAsync();
    }

    /// <summary>Runs a command as root to its end, which must be a good one; its output.</summary>
    public Task<string> RunAsync(params IEnumerable<string> command) => RunAsync(Start(command), command);

    /// <summary>The same as a member of the group rpmsg.</summary>
    public Task<string> RunAsMemberAsync(params IEnumerable<string> command) => RunAsync(StartAsMember(command), command);

    /// <summary>Runs a line of shell as root.</summary>
    public Task<string> ShellAsync(string line) => RunAsync("sh", "-ec", line);

    /// <summary>Writes a file. It appears whole.</summary>
    public async Task WriteAsync(string path, string content)
    {
        await using RunningProcess shell = Start("sh", "-ec", $"cat >'{path}.new'; mv '{path}.new' '{path}'");
        await shell.TypeAsync(content);
        shell.EndInput();
        Assert.Equal(0, (await shell.ExitAsync()).ExitCode);
    }

    /// <summary>A property of a unit.</summary>
    public async Task<string> ShowAsync(string unit, string property) => (await RunAsync("systemctl", "show", "--value", "--property", property, unit)).Trim();

    /// <summary>What a unit and systemd about it have logged.</summary>
    public Task<string> JournalAsync(string unit) => RunAsync("journalctl", "--no-pager", "--output=cat", "--unit", unit);

    /// <summary>Waits until a property holds what it should.</summary>
    public async Task UntilAsync(string unit, string property, Func<string, bool> holds)
    {
        string last = "";
        await Bounds.UntilAsync(async () => holds(last = await ShowAsync(unit, property)), $"{property} of {unit}", () => $"It is: {last}");
    }

    public async ValueTask DisposeAsync()
    {
        if (_init != 0 && !_process.HasExited)
        {
            using Process kill = Process.Start("sh", ["-c", $"kill -s {PowerOff} -- {_init.ToString(CultureInfo.InvariantCulture)}"]);
            await kill.WaitForExitAsync().Bounded();
            await Bounds.UntilAsync(() => _process.HasExited, "the machine's end", _process.Describe);
        }

        await _process.DisposeAsync();
        _directory.Dispose();
    }

    private static async Task<string> RunAsync(RunningProcess process, IEnumerable<string> command)
    {
        await using (process)
        {
            (int exitCode, string output, string errors) = await process.ExitAsync();
            Assert.True(exitCode == 0, $"{string.Join(' ', command)}: exit code {exitCode}: {errors}{output}");
            return output;
        }
    }

    private async Task<bool> IsUpAsync()
    {
        if (_process.HasExited)
            Assert.Fail($"The machine did not boot. {_process.Describe()}");
        // Before it is systemd it is a process of systemd-nspawn that prepares the machine.
        _init = ProcessTable.Children(_process.Id).FirstOrDefault(child => ProcessTable.Name(child) == "systemd");
        return _init != 0 && (await TryAsync("systemctl", "is-active", "--quiet", Target)).ExitCode == 0;
    }
}
