using Bridge.Gateway.Reports;
using Bridge.Gateway.Service;
using Microsoft.Extensions.Logging.Abstractions;

namespace Bridge.Gateway.Tests.Service;

/// <summary>What a service manager hears of a gateway, and when it hears nothing.</summary>
public sealed class ServiceWatchTests : IDisposable
{
    // Never reached in these tests; a third of it passes between two signs of life, at most a second.
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    private readonly ServiceManagerSocket _manager = new();
    private readonly GatedReports _reports = new();

    [Fact]
    public async Task Started_Gateway_IsReadyWithItsStatus()
    {
        using ServiceWatch watch = Watch(_manager.Notifier());

        await watch.StartedAsync(CancellationToken.None);

        Assert.Equal("READY=1\nSTATUS=Ready: link b up over tcp; rpmsg0 DRIVER_OK", await _manager.ReceiveAsync());
        await watch.StoppingAsync(CancellationToken.None);
        Assert.StartsWith("STOPPING=1\n", await _manager.ReceiveAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Watchdog_WhileADeviceDoesNotAnswer_HearsNothing()
    {
        using ServiceWatch watch = Watch(_manager.Notifier(Limit));
        await watch.StartedAsync(CancellationToken.None);
        await _reports.UntilAskedAsync();
        await _manager.ReceiveAsync();

        await _reports.UntilAskedAsync();
        Assert.True(_manager.IsEmpty);
        _reports.Answer();

        Assert.Equal("WATCHDOG=1", await _manager.ReceiveAsync());
        await EndAsync(watch);
    }

    [Fact]
    public async Task Status_LinkLost_IsToldOnce()
    {
        using ServiceWatch watch = Watch(_manager.Notifier(Limit));
        await watch.StartedAsync(CancellationToken.None);
        await _manager.ReceiveAsync();
        _reports.State = LinkState.Down;

        _reports.Answer();
        Assert.Equal("STATUS=Not ready: link b down; rpmsg0 not DRIVER_OK", await _manager.ReceiveAsync());
        Assert.Equal("WATCHDOG=1", await _manager.ReceiveAsync());
        _reports.Answer();
        Assert.Equal("WATCHDOG=1", await _manager.ReceiveAsync());
        await EndAsync(watch);
    }

    [Fact]
    public void Watchdog_MeantForAnotherProcess_IsNotOurs()
    {
        Assert.Equal(Limit, _manager.Notifier(Limit, Environment.ProcessId).WatchdogLimit);
        Assert.Null(_manager.Notifier(Limit, process: 1).WatchdogLimit);
        Assert.Null(_manager.Notifier().WatchdogLimit);
    }

    [Fact]
    public async Task Unsupervised_Gateway_TellsNobody()
    {
        ServiceNotifier nobody = new(_ => null, TimeProvider.System);
        using ServiceWatch watch = Watch(nobody);

        await watch.StartedAsync(CancellationToken.None);
        await watch.StoppingAsync(CancellationToken.None);

        Assert.False(nobody.IsSupervised);
        Assert.True(_manager.IsEmpty);
    }

    public void Dispose()
    {
        _manager.Dispose();
        _reports.Dispose();
    }

    private ServiceWatch Watch(ServiceNotifier notifier) => new(_reports, notifier, TimeProvider.System, NullLogger<ServiceWatch>.Instance);

    private async Task EndAsync(ServiceWatch watch)
    {
        Task end = watch.StoppingAsync(CancellationToken.None);
        // The question under way, if there is one.
        _reports.Answer();
        await end.Bounded();
    }
}
