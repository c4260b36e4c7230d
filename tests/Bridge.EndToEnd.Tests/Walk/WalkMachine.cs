using System.Collections;
using System.Diagnostics;
using System.Text.RegularExpressions;
using Bridge.EndToEnd.Tests.Processes;

namespace Bridge.EndToEnd.Tests.Walk;

/// <summary>One machine of the walk and the person at it: a home, a runtime directory, shells. What a shell exports, the next ones have, as README tells to do.</summary>
internal sealed partial class WalkMachine : IAsyncDisposable
{
    private static readonly TimeSpan BuildLimit = TimeSpan.FromMinutes(10);

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
        string tools = Directory.CreateDirectory(Path.Combine(Home, ".tools")).FullName;
        // The person is root here already.
        Tool(tools, "sudo", "exec \"$@\"");
        // The SDK is installed, with the caches of who runs these tests: another home would make it restore and build everything anew.
        Tool(tools, "dotnet", $"HOME='{Environment.GetFolderPath(Environment.SpecialFolder.UserProfile)}' exec '{Programs.Path("dotnet")}' \"$@\"");
        _environment =
        [
            $"HOME={Home}", $"XDG_RUNTIME_DIR={_runtime}", $"PATH={tools}:{Programs.SearchPath}", "LANG=C.UTF-8", .. SdkSettings(),
            // It leaves no servers behind.
            "MSBUILDDISABLENODEREUSE=1", "DOTNET_CLI_USE_MSBUILD_SERVER=0", "UseSharedCompilation=false",
        ];
    }

    public string Home { get; }

    /// <summary>What <c>rpmsg-bridge identity</c> printed here.</summary>
    public string Fingerprint { get; private set; } = "";

    /// <summary>Everything that blocks printed here.</summary>
    public string Printed { get; private set; } = "";

    /// <summary>Runs the commands of a block and waits for their end, which must be a good one.</summary>
    public Task RunAsync(string text) => RunAsync(text, _machine, Bounds.Limit);

    /// <summary>The same for building the program: with the machine's way to the internet, which the namespaces of this test lack, and with the time that takes where it was not built before.</summary>
    public Task BuildAsync(string text) => RunAsync(text, Machine.Here, BuildLimit);

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

    private static void Tool(string directory, string name, string script)
    {
        string file = Path.Combine(directory, name);
        File.WriteAllText(file, $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }

    /// <summary>What this process was told about the SDK and its caches.</summary>
    private static IEnumerable<string> SdkSettings() =>
        from variable in Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
        let name = (string)variable.Key
        where name.StartsWith("DOTNET_", StringComparison.Ordinal) || name.StartsWith("NUGET_", StringComparison.Ordinal)
        select $"{name}={variable.Value}";

    private async Task RunAsync(string text, Machine machine, TimeSpan limit)
    {
        await using RunningProcess shell = RunningProcess.Start(Shell(machine, $"{text}\nexport -p >{_exports}\n"));
        (int exitCode, string output, string errors) = await shell.ExitAsync(limit);
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
