using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Bridge.Gateway.Service;

namespace Bridge.Gateway.Tests.Service;

/// <summary>A service manager's end: what it was told, message by message.</summary>
internal sealed class ServiceManagerSocket : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
    private readonly string _path;

    public ServiceManagerSocket()
    {
        _path = Path.Combine(_directory.Path, "notify");
        _socket.Bind(new UnixDomainSocketEndPoint(_path));
    }

    /// <summary>Nothing waits to be read.</summary>
    public bool IsEmpty => _socket.Available == 0;

    /// <summary>The gateway's end, as a process with these variables would have it.</summary>
    public ServiceNotifier Notifier(TimeSpan? watchdog = null, int? process = null) => new(
        name => name switch
        {
            "NOTIFY_SOCKET" => _path,
            "WATCHDOG_USEC" => watchdog is { } limit ? ((long)limit.TotalMicroseconds).ToString(CultureInfo.InvariantCulture) : null,
            "WATCHDOG_PID" => process?.ToString(CultureInfo.InvariantCulture),
            _ => null,
        },
        TimeProvider.System);

    /// <summary>The next message.</summary>
    public async Task<string> ReceiveAsync()
    {
        byte[] bytes = new byte[4096];
        using CancellationTokenSource limit = new(Bounds.Limit);
        return Encoding.UTF8.GetString(bytes, 0, await _socket.ReceiveAsync(bytes, limit.Token));
    }

    public void Dispose()
    {
        _socket.Dispose();
        _directory.Dispose();
    }
}
