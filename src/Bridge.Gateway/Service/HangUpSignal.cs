using System.Runtime.InteropServices;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;

namespace Bridge.Gateway.Service;

/// <summary>SIGHUP means reload; but a gateway whose terminal has gone ends, as it does on SIGTERM.</summary>
internal sealed class HangUpSignal(GatewayReload reload, IHostApplicationLifetime lifetime) : BackgroundService
{
    private const string Terminal = "/dev/tty";

    // Signals that come while a reload runs are one more reload.
    private readonly Channel<bool> _signals = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        bool hadTerminal = HasTerminal();
        using PosixSignalRegistration registration = PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal =>
        {
            signal.Cancel = true;
            _signals.Writer.TryWrite(true);
        });
        try
        {
            await foreach (bool _ in _signals.Reader.ReadAllAsync(stoppingToken))
            {
                if (hadTerminal && !HasTerminal())
                    lifetime.StopApplication();
                else
                    await reload.RunAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The gateway stops.
        }
    }

    /// <summary>The controlling terminal can be opened as long as nobody has hung up.</summary>
    private static bool HasTerminal()
    {
        try
        {
            using FileStream terminal = File.OpenRead(Terminal);
            return true;
        }
        catch (Exception none) when (none is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
