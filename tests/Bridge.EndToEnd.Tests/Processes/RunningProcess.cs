using System.Diagnostics;
using System.Globalization;

namespace Bridge.EndToEnd.Tests.Processes;

/// <summary>A process with its streams caught. Killed with its children when disposed.</summary>
internal sealed class RunningProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Task _reading;

    private RunningProcess(Process process)
    {
        _process = process;
        _reading = Task.WhenAll(Output.ReadAsync(process.StandardOutput), Errors.ReadAsync(process.StandardError));
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>True when both streams have ended and been read: nothing more will stand in them.</summary>
    public bool IsReadToEnd => _reading.IsCompleted;

    public TextLines Output { get; } = new();

    public TextLines Errors { get; } = new();

    public static RunningProcess Start(ProcessStartInfo start, IEnumerable<KeyValuePair<string, string>>? environment = null)
    {
        (start.RedirectStandardInput, start.RedirectStandardOutput, start.RedirectStandardError) = (true, true, true);
        foreach ((string name, string value) in environment ?? [])
            start.Environment[name] = value;
        return new RunningProcess(Process.Start(start)!);
    }

    /// <summary>Types a line.</summary>
    public async Task TypeAsync(string line)
    {
        await _process.StandardInput.WriteAsync(line + "\n");
        await _process.StandardInput.FlushAsync();
    }

    /// <summary>Ends its standard input.</summary>
    public void EndInput() => _process.StandardInput.Close();

    /// <summary>Waits until the text stands in standard output or standard error.</summary>
    public Task WaitForAsync(string text, TextLines? where = null) => Bounds.UntilAsync(
        () =>
        {
            bool over = IsReadToEnd;
            bool found = where is null ? Output.Text.Contains(text, StringComparison.Ordinal) || Errors.Text.Contains(text, StringComparison.Ordinal) : where.Text.Contains(text, StringComparison.Ordinal);
            if (over && !found)
                Assert.Fail($"The process ended without '{text}'. {Describe()}");
            return found;
        },
        $"'{text}'",
        Describe);

    /// <summary>Waits for its end, at most as long as anything may take, or for the given time.</summary>
    public async Task<(int ExitCode, string Output, string Errors)> ExitAsync(TimeSpan? limit = null)
    {
        await WaitForExitAsync(limit ?? Bounds.Limit);
        await _reading.Bounded();
        return (_process.ExitCode, Output.Text, Errors.Text);
    }

    /// <summary>Sends a signal by its name (TERM, INT, KILL); to its whole process group, which it must lead (setsid), as ctrl-c in a terminal does.</summary>
    public async Task SignalAsync(string name, bool group = false)
    {
        string target = (group ? "-" : "") + Id.ToString(CultureInfo.InvariantCulture);
        using Process kill = Process.Start("sh", ["-c", $"kill -s {name} -- {target}"]);
        await kill.WaitForExitAsync().Bounded();
        Assert.Equal(0, kill.ExitCode);
    }

    /// <summary>Both streams' ends.</summary>
    public string Describe() => $"Standard output:\n{Tail(Output)}\nStandard error:\n{Tail(Errors)}";

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await WaitForExitAsync(Bounds.Limit);
        }

        await _reading.Bounded();
        _process.Dispose();
    }

    private static string Tail(TextLines lines) => string.Join('\n', lines.ToList().TakeLast(40));

    private async Task WaitForExitAsync(TimeSpan limit)
    {
        try
        {
            await _process.WaitForExitAsync().WaitAsync(limit);
        }
        catch (TimeoutException)
        {
            Assert.Fail($"Process {Id} did not end within {limit.TotalSeconds} s. {Describe()}");
        }
    }
}
