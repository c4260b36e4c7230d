using System.Globalization;
using Bridge.Gateway.Commands;

namespace Bridge.Gateway.Lab;

/// <summary>
/// A guest of the lab: a process whose standard streams are a shell (<c>tests/kernel/guest/shell.sh</c>) and whose standard error is its kernel's log. It turns itself off when its
/// input ends. One caller at a time.
/// </summary>
internal sealed class LabGuest : IAsyncDisposable
{
    private const string Ready = "= ready ", Status = "= ", OutputLine = "| ";

    /// <summary>How long one command may take in an emulated machine on a busy one.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    private readonly LabProgram _program;
    private readonly TimeProvider _time;

    private LabGuest(LabProgram program, string logFile, TimeProvider time) => (_program, LogFile, _time) = (program, logFile, time);

    /// <summary>The kernel's release, as <c>uname -r</c> tells it.</summary>
    public string Release { get; private set; } = "";

    /// <summary>The kernel's log.</summary>
    public string LogFile { get; }

    /// <summary>The directory of a guest's files: the user's, or the newest that a prepare script has finished.</summary>
    /// <param name="named">What the user named; null: nothing.</param>
    /// <param name="script">The script: <c>tests/qemu/prepare</c>.</param>
    /// <param name="cache">Its directory below the cache: <c>qemu</c>.</param>
    /// <param name="files">What must be in there.</param>
    /// <exception cref="CommandFailedException">There is none, or not all of it.</exception>
    public static string FindDirectory(string? named, string script, string cache, params ReadOnlySpan<string> files)
    {
        if ((named ?? FindPrepared(cache)) is not { } directory)
            throw new CommandFailedException(ExitCode.Failure, $"there is no guest on this machine yet; run {script} in the source tree once, or name its directory with --guest.");
        foreach (string file in files)
        {
            if (!File.Exists(Path.Combine(directory, file)))
                throw new CommandFailedException(ExitCode.Failure, $"--guest {directory}: there is no {file} in it; {script} in the source tree makes such a directory and prints its name.");
        }

        return directory;
    }

    /// <summary>Boots a guest and waits until it takes commands.</summary>
    public static async Task<LabGuest> StartAsync(string path, IEnumerable<string> arguments, string logFile, TimeProvider time, CancellationToken cancellation)
    {
        LabGuest guest = new(LabProgram.Start(path, arguments, logFile), logFile, time);
        try
        {
            string line;
            do
                line = await guest.ReadLineAsync("boot", cancellation);
            while (!line.StartsWith(Ready, StringComparison.Ordinal));
            guest.Release = line[Ready.Length..];
            return guest;
        }
        catch
        {
            await guest.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs a line of shell. Its exit code and its output.</summary>
    public async Task<(int ExitCode, string Output)> TryAsync(string command, CancellationToken cancellation)
    {
        await _program.Input.WriteAsync($"{command}\n".AsMemory(), cancellation);
        await _program.Input.FlushAsync(cancellation);
        List<string> output = [];
        while (true)
        {
            string line = await ReadLineAsync(command, cancellation);
            if (line.StartsWith(OutputLine, StringComparison.Ordinal))
                output.Add(line[OutputLine.Length..]);
            else if (line.StartsWith(Status, StringComparison.Ordinal) && int.TryParse(line[Status.Length..], CultureInfo.InvariantCulture, out int exitCode))
                return (exitCode, string.Join('\n', output));
            else
                throw new CommandFailedException(ExitCode.Failure, $"the guest answered `{command}` with `{line}`; its kernel's log is {LogFile}.");
        }
    }

    /// <summary>Runs a line of shell to its end, which must be a good one. Its output.</summary>
    /// <exception cref="CommandFailedException">It was none.</exception>
    public async Task<string> RunAsync(string command, CancellationToken cancellation)
    {
        (int exitCode, string output) = await TryAsync(command, cancellation);
        return exitCode == 0 ? output : throw new CommandFailedException(ExitCode.Failure, $"`{command}` in the guest ended with {exitCode}: {output}");
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _program.DisposeAsync();

    private static string? FindPrepared(string cache)
    {
        string home = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } configured
            ? configured
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
        var place = new DirectoryInfo(Path.Combine(home, "rpmsg-bridge", cache));
        // A directory with the file `done` is complete.
        return !place.Exists ? null : place.EnumerateDirectories("guest-*").Where(one => File.Exists(Path.Combine(one.FullName, "done")))
            .OrderByDescending(one => one.LastWriteTimeUtc).FirstOrDefault()?.FullName;
    }

    private async Task<string> ReadLineAsync(string command, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(Patience, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            return await _program.Output.ReadLineAsync(either.Token)
                ?? throw new CommandFailedException(ExitCode.Failure, $"the guest ended during `{command}`.{Tail()}");
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            throw new CommandFailedException(ExitCode.Failure, $"the guest did not answer `{command}` within {Patience.TotalMinutes} minutes.{Tail()}");
        }
    }

    /// <summary>The log goes with the lab, so a failure shows its end.</summary>
    private string Tail()
    {
        using var stream = new FileStream(LogFile, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(stream);
        string[] lines = reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return lines.Length == 0 ? "" : $"\nIts log ends with:\n  {string.Join("\n  ", lines.TakeLast(8))}";
    }
}
