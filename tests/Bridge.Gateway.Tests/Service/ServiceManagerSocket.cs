using System.Globalization;
using System.Text;
using Bridge.Gateway.Service;
using Bridge.Linux;

namespace Bridge.Gateway.Tests.Service;

/// <summary>A service manager's end: what it was told, message by message.</summary>
internal sealed class ServiceManagerSocket : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly Poller _poller = new();
    private readonly NotificationReceiver _receiver;
    private readonly string _path;

    public ServiceManagerSocket()
    {
        _path = Path.Combine(_directory.Path, "notify");
        _receiver = new NotificationReceiver(_path);
        _poller.Add(_receiver.Descriptor, key: 0, PollEvents.In, once: false);
    }

    /// <summary>Nothing waits to be read.</summary>
    public bool IsEmpty => !Wait(TimeSpan.Zero);

    /// <summary>The gateway's end, as a process with these variables would have it.</summary>
    public ServiceNotifier Notifier(TimeSpan? watchdog = null, int? process = null, string? descriptors = null) => new(
        name => name switch
        {
            "NOTIFY_SOCKET" => _path,
            "WATCHDOG_USEC" => watchdog is { } limit ? ((long)limit.TotalMicroseconds).ToString(CultureInfo.InvariantCulture) : null,
            "WATCHDOG_PID" => process?.ToString(CultureInfo.InvariantCulture),
            "FDSTORE" => descriptors,
            _ => null,
        },
        TimeProvider.System);

    /// <summary>The next message.</summary>
    public async Task<string> ReceiveAsync()
    {
        (string state, FileDescriptor? descriptor) = await ReceiveDescriptorAsync();
        descriptor?.Dispose();
        return state;
    }

    /// <summary>The next message and the descriptor that came with it.</summary>
    public Task<(string State, FileDescriptor? Descriptor)> ReceiveDescriptorAsync() => Task.Run(() =>
    {
        Assert.True(Wait(Bounds.Limit), "The manager was told nothing.");
        byte[] bytes = new byte[4096];
        List<FileDescriptor> descriptors = [];
        Assert.True(_receiver.TryReceive(bytes, descriptors, out int length));
        return (Encoding.UTF8.GetString(bytes, 0, length), descriptors.SingleOrDefault());
    });

    public void Dispose()
    {
        _poller.Dispose();
        _receiver.Dispose();
        _directory.Dispose();
    }

    private bool Wait(TimeSpan limit)
    {
        PollEvent[] ready = new PollEvent[_poller.Batch];
        long begin = TimeProvider.System.GetTimestamp();
        do
        {
            // A signal may end the wait early.
            if (_poller.Wait(ready, limit) > 0)
                return true;
        }
        while (TimeProvider.System.GetElapsedTime(begin) < limit);
        return false;
    }
}
