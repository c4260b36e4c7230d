using System.Globalization;
using System.Text;
using Bridge.Linux;

namespace Bridge.Gateway.Service;

/// <summary>Tells the service manager how the gateway is (sd_notify(3)), where one asked for it. Thread-safe.</summary>
internal sealed class ServiceNotifier
{
    // The manager reads as fast as it can; until its queue has room there is nothing else to do.
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(10);

    private readonly NotificationSocket? _socket;
    private readonly TimeProvider _time;

    /// <param name="variable">Reads an environment variable; null or empty: not set.</param>
    /// <param name="time">For everything.</param>
    /// <exception cref="ArgumentException">NOTIFY_SOCKET names no socket of this machine.</exception>
    public ServiceNotifier(Func<string, string?> variable, TimeProvider time)
    {
        _time = time;
        _socket = variable("NOTIFY_SOCKET") is { Length: > 0 } address ? new NotificationSocket(address) : null;
        // sd_watchdog_enabled(3): meant for somebody else when another process is named.
        bool isOurs = variable("WATCHDOG_PID") is not { Length: > 0 } process || process == Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        if (isOurs && long.TryParse(variable("WATCHDOG_USEC"), NumberStyles.None, CultureInfo.InvariantCulture, out long microseconds) && microseconds > 0)
            WatchdogLimit = TimeSpan.FromMicroseconds(microseconds);
        if (int.TryParse(variable("FDSTORE"), NumberStyles.None, CultureInfo.InvariantCulture, out int descriptors) && _socket is not null)
            DescriptorLimit = descriptors;
    }

    /// <summary>A service manager listens.</summary>
    public bool IsSupervised => _socket is not null;

    /// <summary>Silence after which the manager kills this process (WatchdogSec=); null: it does not.</summary>
    public TimeSpan? WatchdogLimit { get; }

    /// <summary>How many descriptors the manager keeps for this service; 0: none. (FDSTORE, which systemd sets from 254 on, and the unit files for older ones.)</summary>
    public int DescriptorLimit { get; }

    /// <summary>The gateway serves; <paramref name="status"/> is one line for people.</summary>
    public Task ReadyAsync(string status, CancellationToken cancellation) => SendAsync($"READY=1\nSTATUS={status}", [], cancellation);

    /// <summary>One line for people, which <c>systemctl status</c> shows.</summary>
    public Task StatusAsync(string status, CancellationToken cancellation) => SendAsync($"STATUS={status}", [], cancellation);

    /// <summary>A sign of life.</summary>
    public Task PingAsync(CancellationToken cancellation) => SendAsync("WATCHDOG=1", [], cancellation);

    /// <summary>The configuration is read again until <see cref="ReadyAsync"/>. The time, for Type=notify-reload, is CLOCK_MONOTONIC, which .NET's timestamps are on Linux.</summary>
    public Task ReloadingAsync(CancellationToken cancellation) => SendAsync(
        string.Create(CultureInfo.InvariantCulture, $"RELOADING=1\nMONOTONIC_USEC={_time.GetElapsedTime(0).Ticks / TimeSpan.TicksPerMicrosecond}"), [], cancellation);

    /// <summary>The gateway drains.</summary>
    public Task StoppingAsync(CancellationToken cancellation) => SendAsync("STOPPING=1\nSTATUS=Stopping: applications and peers are told.", [], cancellation);

    /// <summary>Sends lines of <c>NAME=value</c>, and with them descriptors, which stay the caller's; nothing where nobody asked for it.</summary>
    /// <exception cref="LinuxException">The manager cannot be reached.</exception>
    public async Task SendAsync(string state, FileDescriptor[] descriptors, CancellationToken cancellation)
    {
        while (!TrySend(state, descriptors))
            await PauseAsync(cancellation);
    }

    /// <summary>Waits before the next attempt.</summary>
    public Task PauseAsync(CancellationToken cancellation) => Task.Delay(Pace, _time, cancellation);

    /// <summary>The same without waiting. False: the manager has not read enough yet.</summary>
    /// <exception cref="LinuxException">The manager cannot be reached.</exception>
    public bool TrySend(string state, FileDescriptor[] descriptors) => _socket is null || _socket.Send(Encoding.UTF8.GetBytes(state), descriptors) != SendOutcome.WouldBlock;
}
