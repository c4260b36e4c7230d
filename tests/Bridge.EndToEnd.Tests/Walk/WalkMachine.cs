using System.Diagnostics;
using System.Text.RegularExpressions;
using Bridge.EndToEnd.Tests.Processes;

namespace Bridge.EndToEnd.Tests.Walk;

/// <summary>One machine of the walk and the person at it: a home, a runtime directory, shells. What a shell exports, the next ones have, as README tells to do.</summary>
internal sealed partial class WalkMachine : IAsyncDisposable
{
    private readonly Machine _machine;
    private readonly string _runtime, _exports;
    private readonly string[] _environment;
    private readonly List<(RunningProcess Process, string Text)> _terminals = [];

    public WalkMachine(Machine machine, string directory)
    {
        _machine = machine;
        Home = Directory.CreateDirectory(directory).FullName;
        _runtime = Directory.CreateDirectory(Path.Combine(Home, "run")).FullName;
        _exports = Path.Combine(Home, ".exports");
        File.WriteAllText(_exports, "");
        // The person is root here already.
        string tools = Directory.CreateDirectory(Path.Combine(Home, ".tools")).FullName;
        File.WriteAllText(Path.Combine(tools, "sudo"), "#!/bin/sh\nexec \"$@\"\n");
        File.SetUnixFileMode(Path.Combine(tools, "sudo"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        string user = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        _environment =
        [
            $"HOME={Home}", $"XDG_RUNTIME_DIR={_runtime}", $"PATH={tools}:{Programs.SearchPath}", "LANG=C.UTF-8",
            // The SDK's caches are this machine's, and it leaves no servers behind.
            $"DOTNET_CLI_HOME={Environment.GetEnvironmentVariable("DOTNET_CLI_HOME") ?? user}",
            $"NUGET_PACKAGES={Environment.GetEnvironmentVariable("NUGET_PACKAGES") ?? Path.Combine(user, ".nuget", "packages")}",
            "DOTNET_NOLOGO=1", "DOTNET_CLI_TELEMETRY_OPTOUT=1", "MSBUILDDISABLENODEREUSE=1", "DOTNET_CLI_USE_MSBUILD_SERVER=0", "UseSharedCompilation=false",
        ];
    }

    public string Home { get; }

    /// <summary>What <c>rpmsg-bridge identity</c> printed here.</summary>
    public string Fingerprint { get; private set; } = "";

    /// <summary>Everything that blocks printed here.</summary>
    public string Printed { get; private set; } = "";

    /// <summary>Runs the commands of a block and waits for their end, which must be a good one.</summary>
    public Task RunAsync(string text) => RunAsync(text, _machine);

    /// <summary>The same, with the machine's way to the internet, which the namespaces of this test lack.</summary>
    public Task RunOnlineAsync(string text) => RunAsync(text, Machine.Here);

    /// <summary>Types the commands into a terminal of its own, and looks at it until the program says that it is there.</summary>
    public async Task StartAsync(string text)
    {
        RunningProcess terminal = RunningProcess.Start(Shell(_machine, text));
        _terminals.Add((terminal, text));
        if (text.Contains("rpmsg-bridge run", StringComparison.Ordinal))
            await terminal.WaitForAsync("runs; sockets in");
        else if (text.Contains("rpmsg-bridge echo", StringComparison.Ordinal))
            await terminal.WaitForAsync("offering ");
    }

    /// <summary>A person who looks at the list of channels before using one sees it.</summary>
    public Task UntilChannelAsync(string device, string name) => Bounds.UntilAsync(
        () => File.Exists(Path.Combine(_runtime, "rpmsg-bridge", device, "channels", name)), $"channel {name}", Describe);

    /// <summary>Ctrl-c in each terminal, the last one first; those that have ended by themselves must have ended well.</summary>
    public async Task EndAsync()
    {
        foreach ((RunningProcess process, string text) in Enumerable.Reverse(_terminals))
        {
            bool itself = process.HasExited;
            if (!itself)
                await process.SignalAsync("INT", group: true);
            int exitCode = (await process.ExitAsync()).ExitCode;
            Assert.True(exitCode == 0 || (!itself && !text.Contains("rpmsg-bridge", StringComparison.Ordinal)), $"{text}ended with exit code {exitCode}. {process.Describe()}");
        }
    }

    public string Describe() => string.Join('\n', _terminals.Select(terminal => $"{terminal.Text}{terminal.Process.Describe()}"));

    public async ValueTask DisposeAsync()
    {
        foreach ((RunningProcess process, _) in _terminals)
            await process.DisposeAsync();
    }

    private async Task RunAsync(string text, Machine machine)
    {
        await using RunningProcess shell = RunningProcess.Start(Shell(machine, $"{text}\nexport -p >{_exports}\n"));
        (int exitCode, string output, string errors) = await shell.ExitAsync();
        Assert.True(exitCode == 0, $"README.md's\n{text}ended with exit code {exitCode}:\n{output}\n{errors}\n{Describe()}");
        Printed += output;
        if (PrintedFingerprint().Match(output) is { Success: true } fingerprint && text.Contains("rpmsg-bridge identity", StringComparison.Ordinal))
            Fingerprint = fingerprint.Value;
    }

    /// <summary>A shell that leads a process group of its own, in the repository; stops at the first command that fails.</summary>
    private ProcessStartInfo Shell(Machine machine, string text)
    {
        ProcessStartInfo start = machine.Command(
            Programs.Path("env"), ["-i", .. _environment, Programs.Path("setsid"), Programs.Path("bash"), "-e", "-c", $". {_exports}\n{text}"]);
        start.WorkingDirectory = Repository.Root;
        return start;
    }

    [GeneratedRegex("sha256:[0-9a-f]{64}")]
    private static partial Regex PrintedFingerprint();
}
