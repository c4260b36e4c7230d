using System.Diagnostics;
using Bridge.Gateway.Commands;

namespace Bridge.Gateway.Lab;

/// <summary>
/// A program of this machine that a scenario needs beside the gateways. It lives as long as its standard input, so it never outlives the lab; what it says goes to a file.
/// </summary>
internal sealed class LabProgram : IAsyncDisposable
{
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(10);

    // What reads no input itself is ended by a shell that does. ctrl-c reaches the whole terminal: the shell must not die of it before its child.
    private const string UntilInputEnds = """trap "" INT; "$@" & cat >/dev/null; kill $!; wait""";

    private readonly Process _process;
    private readonly Task _logging;

    private LabProgram(Process process, string logFile) => (_process, _logging) = (process, LogAsync(process.StandardError, logFile));

    /// <summary>What is typed into it.</summary>
    public TextWriter Input => _process.StandardInput;

    /// <summary>What it answers.</summary>
    public TextReader Output => _process.StandardOutput;

    /// <summary>The path of a program.</summary>
    /// <exception cref="CommandFailedException">There is none of that name.</exception>
    public static string Find(string program, string package)
    {
        string directories = $"{Environment.GetEnvironmentVariable("PATH")}:/usr/sbin:/sbin";
        return directories.Split(':', StringSplitOptions.RemoveEmptyEntries).Select(directory => Path.Combine(directory, program)).FirstOrDefault(File.Exists)
            ?? throw new CommandFailedException(ExitCode.Failure, $"the program {program} is missing; install the package {package}.");
    }

    /// <summary>Starts a program that ends when its input does.</summary>
    public static LabProgram Start(string path, IEnumerable<string> arguments, string logFile)
    {
        ProcessStartInfo start = new(path, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        return new LabProgram(Process.Start(start) ?? throw new CommandFailedException(ExitCode.Failure, $"{path} could not be started."), logFile);
    }

    /// <summary>Starts a program that reads no input, and ends it all the same when that ends.</summary>
    public static LabProgram StartDetached(string path, IEnumerable<string> arguments, string logFile) =>
        // What it writes would be in the way of nothing, but nobody reads it: to the log.
        Start("/bin/sh", ["-c", $"exec >&2; {UntilInputEnds}", "sh", path, .. arguments], logFile);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        using (_process)
        {
            _process.StandardInput.Close();
            using var patience = new CancellationTokenSource(StopPatience);
            try
            {
                await _process.WaitForExitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                _process.Kill(entireProcessTree: true);
                await _process.WaitForExitAsync(CancellationToken.None);
            }

            await _logging;
        }
    }

    private static async Task LogAsync(TextReader errors, string logFile)
    {
        await using StreamWriter log = new(logFile) { AutoFlush = true };
        while (await errors.ReadLineAsync() is { } line)
            await log.WriteLineAsync(line);
    }
}
