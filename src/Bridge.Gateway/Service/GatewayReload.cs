using Bridge.Gateway.Commands;
using Bridge.Gateway.Configuration;
using Bridge.Gateway.Reports;
using Microsoft.Extensions.Logging;

namespace Bridge.Gateway.Service;

/// <summary>Reads the configuration file again, on request or on SIGHUP, and has the gateway change what can change. One at a time; from any thread.</summary>
/// <param name="path">The configuration file that the gateway was started with.</param>
/// <param name="gateway">The running gateway.</param>
/// <param name="watch">Tells the service manager of begin and end.</param>
/// <param name="logger">Everything that comes of it is logged.</param>
internal sealed partial class GatewayReload(string path, GatewayHost gateway, ServiceWatch watch, ILogger<GatewayReload> logger) : IDisposable
{
    private readonly SemaphoreSlim _one = new(1);

    /// <summary>All or nothing: a file with an error, or one that cannot be used now, changes nothing.</summary>
    public async Task<ReloadReport> RunAsync(CancellationToken cancellation)
    {
        await _one.WaitAsync(cancellation);
        try
        {
            await watch.SayReloadingAsync(cancellation);
            ReloadReport report = await ApplyAsync();
            await watch.SayReadyAsync(cancellation);
            Log(report);
            return report;
        }
        finally
        {
            _one.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _one.Dispose();

    private async Task<ReloadReport> ApplyAsync()
    {
        try
        {
            return await gateway.ApplyAsync(ConfigurationFile.Load(path));
        }
        catch (ConfigurationException invalid)
        {
            return ReloadReport.Refused(invalid.Errors.Select(error => error.ToString()));
        }
        catch (CommandFailedException unusable)
        {
            return ReloadReport.Refused([unusable.Message]);
        }
    }

    private void Log(ReloadReport report)
    {
        foreach (string error in report.Errors)
            LogRefused(logger, path, error);
        foreach (string change in report.Changed)
            LogChanged(logger, path, change);
        if (report.NeedRestart.Count > 0)
            LogNeedRestart(logger, path, string.Join(", ", report.NeedRestart));
        if (report is { Applied: true, Changed.Count: 0, NeedRestart.Count: 0 })
            LogUnchanged(logger, path);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Reload of {File} changed nothing: {Reason}")]
    private static partial void LogRefused(ILogger logger, string file, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "Reload of {File}: {Change}.")]
    private static partial void LogChanged(ILogger logger, string file, string change);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Reload of {File}: changed there, but in effect only after a restart: {Keys}.")]
    private static partial void LogNeedRestart(ILogger logger, string file, string keys);

    [LoggerMessage(Level = LogLevel.Information, Message = "Reload of {File}: it says what is in effect already.")]
    private static partial void LogUnchanged(ILogger logger, string file);
}
