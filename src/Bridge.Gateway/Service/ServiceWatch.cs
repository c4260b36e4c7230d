using Bridge.Gateway.Admin;
using Bridge.Gateway.Reports;
using Bridge.Linux;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Bridge.Gateway.Service;

/// <summary>
/// Keeps the service manager informed: READY=1 once everything listens, with or without a peer; then STATUS= whenever links or devices change, and signs of life for its watchdog.
/// </summary>
/// <remarks>
/// A sign of life is sent only after a round in which the thread pool ran this loop, every link told its state and every device answered inside its turn. A round that takes longer than the
/// watchdog's limit is no sign of life: the manager kills the process and starts it anew.
/// </remarks>
internal sealed partial class ServiceWatch(IGatewayReports reports, ServiceNotifier notifier, TimeProvider time, ILogger<ServiceWatch> logger) : IHostedLifecycleService, IDisposable
{
    // How late STATUS= may be.
    private static readonly TimeSpan LongestPeriod = TimeSpan.FromSeconds(1);

    // Two rounds may come late before the manager's limit is reached.
    private const int RoundsPerLimit = 3;

    private readonly CancellationTokenSource _stopping = new();
    private Task _rounds = Task.CompletedTask;
    private bool _unreachable;
    private volatile string _status = "";

    private TimeSpan Period => notifier.WatchdogLimit / RoundsPerLimit is { } third && third < LongestPeriod ? third : LongestPeriod;

    /// <summary>After everybody's start, the admin API's included.</summary>
    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        if (!notifier.IsSupervised)
            return;
        await SayReadyAsync(cancellationToken);
        _rounds = WatchAsync(_stopping.Token);
    }

    /// <summary>Says that a reload begins.</summary>
    public Task SayReloadingAsync(CancellationToken cancellation) => TellAsync(() => notifier.ReloadingAsync(cancellation));

    /// <summary>Says that a reload has ended, with the gateway's state.</summary>
    public async Task SayReadyAsync(CancellationToken cancellation)
    {
        _status = StatusLine.Of(await reports.StatusAsync());
        await TellAsync(() => notifier.ReadyAsync(_status, cancellation));
    }

    /// <summary>Before anybody's stop. Pings end here: the manager has its own limit for stopping.</summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await _rounds;
        await TellAsync(() => notifier.StoppingAsync(cancellationToken));
    }

    /// <inheritdoc/>
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public void Dispose() => _stopping.Dispose();

    private async Task WatchAsync(CancellationToken stop)
    {
        using PeriodicTimer timer = new(Period, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
                await RoundAsync(stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The gateway stops.
        }
    }

    private async Task RoundAsync(CancellationToken stop)
    {
        Task<GatewayReport> answer = reports.StatusAsync();
        TimeSpan limit = notifier.WatchdogLimit ?? Timeout.InfiniteTimeSpan;
        try
        {
            string status = StatusLine.Of(await answer.WaitAsync(limit, time, stop));
            if (status != _status)
            {
                _status = status;
                await TellAsync(() => notifier.StatusAsync(status, stop));
            }

            if (notifier.WatchdogLimit is not null)
                await TellAsync(() => notifier.PingAsync(stop));
        }
        catch (TimeoutException)
        {
            LogStuck(logger, limit.TotalSeconds);
        }
    }

    /// <summary>A manager that cannot be reached does not end the gateway; it has its own means. Logged once until it works again.</summary>
    private async Task TellAsync(Func<Task> message)
    {
        try
        {
            await message();
            _unreachable = false;
        }
        catch (LinuxException failure)
        {
            if (!_unreachable)
                LogUnreachable(logger, failure.Message);
            _unreachable = true;
        }
    }

    [LoggerMessage(Level = LogLevel.Critical, Message = "A link or a device has not answered for {Seconds} s: the service manager gets no sign of life and will start the gateway anew.")]
    private static partial void LogStuck(ILogger logger, double seconds);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The service manager cannot be told: {Reason}.")]
    private static partial void LogUnreachable(ILogger logger, string reason);
}
