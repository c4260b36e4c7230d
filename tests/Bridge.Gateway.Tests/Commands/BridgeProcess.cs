using System.Diagnostics;
using System.Text;

namespace Bridge.Gateway.Tests.Commands;

/// <summary>The built program as a process of its own.</summary>
internal sealed class BridgeProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Task<string> _output;
    private readonly Task _reading;
    private readonly StringBuilder _errors = new();
    private readonly SemaphoreSlim _errorArrived = new(0);

    private BridgeProcess(Process process)
    {
        _process = process;
        _output = process.StandardOutput.ReadToEndAsync();
        _reading = ReadErrorsAsync();
    }

    public int Id => _process.Id;

    public static BridgeProcess Start(IEnumerable<string> args, params (string Name, string Value)[] environment)
    {
        ProcessStartInfo start = new("dotnet", ["exec", Path.Combine(AppContext.BaseDirectory, "rpmsg-bridge.dll"), .. args])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        return new BridgeProcess(Process.Start(start)!);
    }

    public static async Task<(int ExitCode, string Output, string Errors)> RunAsync(IEnumerable<string> args, params (string Name, string Value)[] environment)
    {
        await using BridgeProcess process = Start(args, environment);
        return await process.WaitForExitAsync();
    }

    public async Task<(int ExitCode, string Output, string Errors)> WaitForExitAsync()
    {
        await _process.WaitForExitAsync().Bounded();
        await _reading.Bounded();
        return (_process.ExitCode, await _output.Bounded(), _errors.ToString());
    }

    /// <summary>Waits until standard error holds the text.</summary>
    public async Task WaitForErrorAsync(string text)
    {
        using CancellationTokenSource limit = new(Bounds.Limit);
        while (true)
        {
            lock (_errors)
            {
                if (_errors.ToString().Contains(text, StringComparison.Ordinal))
                {
                    return;
                }
            }

            await _errorArrived.WaitAsync(limit.Token);
        }
    }

    /// <summary>Sends a signal by its name: TERM, INT.</summary>
    public async Task SignalAsync(string name)
    {
        using Process kill = Process.Start("sh", ["-c", $"kill -{name} {Id}"]);
        await kill.WaitForExitAsync().Bounded();
        Assert.Equal(0, kill.ExitCode);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync().Bounded();
        }

        await _reading.Bounded();
        _process.Dispose();
        _errorArrived.Dispose();
    }

    private async Task ReadErrorsAsync()
    {
        while (await _process.StandardError.ReadLineAsync() is { } line)
        {
            lock (_errors)
            {
                _errors.Append(line).Append('\n');
            }

            _errorArrived.Release();
        }
    }
}
