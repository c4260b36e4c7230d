using System.Diagnostics;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Bridge.Gateway.Admin;
using Bridge.Gateway.Commands;
using Bridge.Gateway.Configuration;
using Bridge.Gateway.Reports;
using Bridge.Link.Trust;

namespace Bridge.Gateway.Lab;

/// <summary>One gateway of the lab: a process of its own with its own key, directory and configuration. It ends when its standard input does, so it never outlives the lab.</summary>
internal sealed class LabGateway : IAsyncDisposable
{
    // The exit code that a shell would give a process that SIGKILL (9) has ended.
    private const int Killed = 128 + 9;

    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(10);

    private readonly string _directory;
    private readonly AdminClient _admin;
    private readonly LabSupervisor? _supervisor;
    private Process? _process;
    private Task _logging = Task.CompletedTask;

    /// <summary>Prepares a gateway: directory and identity.</summary>
    /// <param name="name">The gateway's name, and its directory's.</param>
    /// <param name="parent">Where that is made.</param>
    /// <param name="isSupervised">Whether descriptors are kept for it.</param>
    /// <param name="time">For the key's dates.</param>
    public LabGateway(string name, string parent, bool isSupervised, TimeProvider time)
    {
        Name = name;
        _directory = Directory.CreateDirectory(Path.Combine(parent, name)).FullName;
        Identity = IdentityFile.LoadOrCreate(Path.Combine(_directory, "identity.pem"), name, time, out _);
        _admin = new AdminClient(AdminSocketPath);
        if (isSupervised)
            _supervisor = new LabSupervisor(name, Path.Combine(_directory, "notify"));
    }

    /// <summary>The gateway's name.</summary>
    public string Name { get; }

    /// <summary>Its key.</summary>
    public GatewayIdentity Identity { get; }

    /// <summary>Where its application sockets are.</summary>
    public string RunDirectory => Path.Combine(_directory, "run");

    /// <summary>What it logs.</summary>
    public string LogFile => Path.Combine(_directory, "log");

    /// <summary>Where commands find it.</summary>
    public GatewayPlaces Places => new(RunDirectory, AdminSocketPath);

    private string AdminSocketPath => Path.Combine(_directory, "admin.sock");

    private string ConfigurationFile => Path.Combine(_directory, "config.json");

    /// <summary>Writes the configuration and starts the process.</summary>
    /// <param name="link">Its only link.</param>
    /// <param name="device">The name of its only device.</param>
    /// <param name="side"><c>virtio</c> or <c>vhost</c>.</param>
    /// <param name="settings">What else the device's configuration says. Taken over.</param>
    /// <param name="listen">Where the peer is awaited; null: this gateway only dials.</param>
    public void Start(JsonObject link, string device, string side, JsonObject settings, IPEndPoint? listen = null)
    {
        (settings["link"], settings["side"]) = ("peer", side);
        var configuration = new JsonObject
        {
            ["name"] = Name,
            ["identity"] = Path.Combine(_directory, "identity.pem"),
            ["runDirectory"] = RunDirectory,
            ["adminSocket"] = AdminSocketPath,
            ["listen"] = listen is null ? [] : new JsonArray(listen.ToString()),
            ["links"] = new JsonObject { ["peer"] = link },
            ["devices"] = new JsonObject { [device] = settings },
        };
        File.WriteAllText(ConfigurationFile, configuration.ToJsonString(new JsonSerializerOptions { WriteIndented = true }));
        Launch();
    }

    /// <summary>Ends the process, and starts the next one in its place, which is not waited for. Its end is.</summary>
    /// <param name="isKilled">By SIGKILL; else as SIGTERM would, which it must follow in order.</param>
    /// <exception cref="CommandFailedException">It ended otherwise.</exception>
    public async Task RestartAsync(bool isKilled)
    {
        if (isKilled)
            _process!.Kill();
        int exitCode = await StopAsync();
        if (exitCode != (isKilled ? Killed : 0))
            throw new CommandFailedException(ExitCode.Failure, $"gateway {Name} ended with exit code {exitCode}.{await LogTailAsync()}");
        Launch();
    }

    /// <summary>Its process id, for people who want to look at it or kill it.</summary>
    public int ProcessId => _process?.Id ?? 0;

    /// <summary>Waits until a condition on its status holds.</summary>
    /// <exception cref="CommandFailedException">The process ended, or time ran out; the message ends with what the gateway last logged.</exception>
    public async Task<GatewayReport> WaitAsync(Func<GatewayReport, bool> condition, string what, TimeSpan patience, TimeProvider time, CancellationToken cancellation)
    {
        long begin = time.GetTimestamp();
        string last = "it does not answer on its admin socket";
        while (time.GetElapsedTime(begin) < patience)
        {
            if (_process is { HasExited: true } ended)
                throw new CommandFailedException(ExitCode.Failure, $"gateway {Name} ended with exit code {ended.ExitCode} while the lab waited for {what}.{await LogTailAsync()}");
            try
            {
                GatewayReport status = await _admin.GetStatusAsync(cancellation);
                if (condition(status))
                    return status;
                last = status.Readiness.Reasons.Count > 0 ? string.Join(" ", status.Readiness.Reasons) : "it is ready";
            }
            catch (CommandFailedException)
            {
                // Not listening yet.
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20), time, cancellation);
        }

        throw new CommandFailedException(ExitCode.Failure, $"gateway {Name}: {what} did not come about within {patience.TotalSeconds} s: {last}.{await LogTailAsync()}");
    }

    /// <summary>Its channels and services.</summary>
    /// <exception cref="CommandFailedException">It does not answer.</exception>
    public async Task<IReadOnlyList<ChannelReport>> ReadChannelsAsync(CancellationToken cancellation) => (await _admin.GetChannelsAsync(cancellation)).Channels;

    /// <summary>Ends the process as SIGTERM would: it drains and says goodbye. Its exit code.</summary>
    public async Task<int> StopAsync()
    {
        if (_process is not { } process)
            return 0;
        _process = null;
        using (process)
        {
            process.StandardInput.Close();
            using var patience = new CancellationTokenSource(StopPatience);
            try
            {
                await process.WaitForExitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                process.Kill();
                await process.WaitForExitAsync(CancellationToken.None);
            }

            await _logging;
            return process.ExitCode;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _supervisor?.Dispose();
        _admin.Dispose();
        Identity.Dispose();
    }

    private void Launch()
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        // Under `dotnet rpmsg-bridge.dll` the process is dotnet itself and wants the program's name first.
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
            start.ArgumentList.Add(typeof(LabGateway).Assembly.Location);
        foreach (string argument in new[] { "run", "--config", ConfigurationFile, RunCommand.UntilInputEndsOption })
            start.ArgumentList.Add(argument);
        _process = (_supervisor is null ? Process.Start(start) : _supervisor.Start(start)) ?? throw new CommandFailedException(ExitCode.Failure, $"gateway {Name} could not be started.");
        _logging = LogAsync(_process);
    }

    private async Task LogAsync(Process process)
    {
        await using StreamWriter log = new(LogFile, append: true) { AutoFlush = true };
        while (await process.StandardError.ReadLineAsync() is { } line)
            await log.WriteLineAsync(line);
    }

    private async Task<string> LogTailAsync()
    {
        if (!File.Exists(LogFile))
            return "";
        await using var stream = new FileStream(LogFile, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(stream);
        string[] lines = (await reader.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return lines.Length == 0 ? "" : $"\nIts log ends with:\n  {string.Join("\n  ", lines.TakeLast(8))}";
    }
}
