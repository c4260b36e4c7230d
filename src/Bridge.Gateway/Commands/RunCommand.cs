using System.CommandLine;
using Bridge.Gateway.Admin;
using Bridge.Gateway.Configuration;
using Bridge.Gateway.Logging;
using Bridge.Link.Trust;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Bridge.Gateway.Commands;

/// <summary><c>run</c>: the gateway itself.</summary>
internal sealed class RunCommand : DetailedCommand
{
    /// <summary>For a parent process: the gateway ends, as on SIGTERM, when its standard input does, so it never outlives who started it.</summary>
    public const string UntilInputEndsOption = "--until-input-ends";

    private readonly Option<string> _configuration = CommandOptions.RequiredConfiguration();

    private readonly Option<string> _logFormat = CommandOptions.Choice(
        "--log-format", "How logs are written to standard error: text, a line for people; json, a line for collectors.", LogFormat.Text);

    private readonly Option<string> _logLevel = CommandOptions.Choice("--log-level", "The least important events that are logged.", LogLevel.Information);

    private readonly Option<bool> _untilInputEnds = new(UntilInputEndsOption) { Hidden = true };

    public RunCommand()
        : base(
            "run",
            "Runs the gateway until SIGTERM or ctrl-c, which drain it and end with exit code 0 within seconds.",
            """
            An absent peer is a normal state: the gateway waits for it. Ask a running gateway with `rpmsg-bridge status`.
            SIGHUP, or `rpmsg-bridge reload`, has it read its configuration again. Logs go to standard error.
            A service manager is told when everything listens (READY=1), what the state is (STATUS=) and that it lives (WATCHDOG=1).
            """)
    {
        Add(_configuration);
        Add(_logFormat);
        Add(_logLevel);
        Add(_untilInputEnds);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        // Absolute, because a reload reads it again.
        string path = Path.GetFullPath(parsed.GetRequiredValue(_configuration));
        GatewayConfiguration configuration = ConfigurationFile.Load(path);
        await AdminSocket.PrepareAsync(configuration.AdminSocket, configuration.SocketMode, configuration.Group, cancellation);
        using GatewayIdentity identity = IdentityFile.LoadOrCreate(configuration.IdentityFile, configuration.Name, TimeProvider.System, out _);
        await using WebApplication application = GatewayApplication.Build(
            configuration, path, identity, parsed.Chosen<LogFormat>(_logFormat), parsed.Chosen<LogLevel>(_logLevel));
        // Not cancelled: who is told to stop while it starts stops in order afterwards.
        await application.StartAsync(CancellationToken.None);
        if (parsed.GetValue(_untilInputEnds))
        {
            using CancellationTokenSource ended = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            Task watch = WatchInputAsync(ended);
            await application.WaitForShutdownAsync(ended.Token);
            await ended.CancelAsync();
            await watch;
        }
        else
        {
            await application.WaitForShutdownAsync(cancellation);
        }

        return (int)ExitCode.Ok;
    }

    private static async Task WatchInputAsync(CancellationTokenSource ended)
    {
        await using Stream input = Console.OpenStandardInput();
        byte[] ignored = new byte[256];
        // A console stream's read cannot be cancelled; the process ends with it pending if something else ends the gateway first.
        Task<int> read;
        do
        {
            read = input.ReadAsync(ignored).AsTask();
            await Task.WhenAny(read, Task.Delay(Timeout.Infinite, ended.Token));
        }
        while (read.IsCompletedSuccessfully && await read > 0);
        await ended.CancelAsync();
    }
}
