using System.Diagnostics;

namespace Bridge.LoadTests.Processes;

/// <summary>A part of a rig. It ends when its standard input does, and is killed if it does not.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(10);

    private readonly Process _process;
    private readonly Task _errors;

    private ChildProcess(ProcessStartInfo start, string? errorFile)
    {
        (start.RedirectStandardInput, start.RedirectStandardOutput, start.RedirectStandardError) = (true, true, errorFile is not null);
        Name = string.Join(' ', start.ArgumentList.Skip(1).Take(2).Select(Path.GetFileName));
        _process = Process.Start(start) ?? throw new InvalidOperationException($"{Name} could not be started");
        _errors = errorFile is null ? Task.CompletedTask : CopyErrorsAsync(errorFile);
    }

    /// <summary>For messages.</summary>
    public string Name { get; }

    /// <summary>What runs .NET programs: what runs this one, unless that is a host of its own.</summary>
    private static string Host => Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? Environment.ProcessPath! : "dotnet";

    /// <summary>Processor time of all its threads so far, user and system.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Resident memory, bytes.</summary>
    public long ResidentBytes
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    /// <summary>True when it has ended, which it should not by itself.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>Its number.</summary>
    public int Id => _process.Id;

    /// <summary>Starts this program in another role.</summary>
    public static ChildProcess StartRole(string role, params IEnumerable<string> arguments) =>
        StartAssembly(typeof(ChildProcess).Assembly.Location, null, [role, .. arguments]);

    /// <summary>Starts a .NET program that lies beside this one.</summary>
    public static ChildProcess StartAssembly(string assembly, string? errorFile, params IEnumerable<string> arguments) =>
        new(new ProcessStartInfo(Host, ["exec", assembly, .. arguments]), errorFile);

    /// <summary>Starts any program.</summary>
    public static ChildProcess StartProgram(string program, params IEnumerable<string> arguments) => new(new ProcessStartInfo(program, arguments), null);

    /// <summary>Waits for its line "ready ...".</summary>
    /// <returns>What follows.</returns>
    public async Task<string> ReadyAsync(CancellationToken cancellation)
    {
        while (await _process.StandardOutput.ReadLineAsync(cancellation) is { } line)
        {
            if (line.StartsWith("ready", StringComparison.Ordinal))
                return line[5..].Trim();
        }

        throw new InvalidRunException($"{Name} ended before it was ready");
    }

    /// <summary>Sends a command and reads the one line that answers it.</summary>
    public async Task<string> AskAsync(string command, CancellationToken cancellation)
    {
        await _process.StandardInput.WriteLineAsync(command.AsMemory(), cancellation);
        await _process.StandardInput.FlushAsync(cancellation);
        return await _process.StandardOutput.ReadLineAsync(cancellation) ?? throw new InvalidRunException($"{Name} ended instead of answering '{command}'");
    }

    public async ValueTask DisposeAsync()
    {
        using (_process)
        {
            if (!_process.HasExited)
                _process.StandardInput.Close();
            using CancellationTokenSource patience = new(EndPatience);
            try
            {
                await _process.WaitForExitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                _process.Kill();
                await _process.WaitForExitAsync(CancellationToken.None);
            }

            await _errors;
        }
    }

    /// <summary>Ends a program that does not care for its standard input.</summary>
    public void Kill()
    {
        if (!_process.HasExited)
            _process.Kill();
    }

    private async Task CopyErrorsAsync(string file)
    {
        await using FileStream log = new(file, FileMode.Create, FileAccess.Write, FileShare.Read);
        await _process.StandardError.BaseStream.CopyToAsync(log);
    }
}
