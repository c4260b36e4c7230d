using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Bridge.EndToEnd.Tests.Loss;

/// <summary>Stands between two gateways and passes datagrams on, except while it is dark: then nothing passes, and nobody is told.</summary>
internal sealed class UdpRelay : IAsyncDisposable
{
    private const int MaximumDatagram = 65536;

    private readonly Socket _front = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly IPEndPoint _target;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<EndPoint, Socket> _backs = new();
    private readonly List<Task> _returning = [];
    private readonly Task _passing;
    private volatile bool _dark;

    public UdpRelay(IPEndPoint address, IPEndPoint target)
    {
        _target = target;
        _front.Bind(address);
        _passing = PassAsync();
    }

    /// <summary>Nothing passes.</summary>
    public bool Dark
    {
        get => _dark;
        set => _dark = value;
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _passing.Bounded();
        await Task.WhenAll(_returning).Bounded();
        _front.Dispose();
        foreach (Socket back in _backs.Values)
            back.Dispose();
        _stopping.Dispose();
    }

    private async Task PassAsync()
    {
        byte[] buffer = new byte[MaximumDatagram];
        while (await ReceiveAsync(() => _front.ReceiveFromAsync(buffer, SocketFlags.None, new IPEndPoint(IPAddress.Any, 0), _stopping.Token)) is { } received)
        {
            if (!_backs.TryGetValue(received.RemoteEndPoint, out Socket? back))
            {
                back = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
                await back.ConnectAsync(_target);
                _backs[received.RemoteEndPoint] = back;
                _returning.Add(ReturnAsync(back, received.RemoteEndPoint));
            }

            if (!_dark)
                await SendAsync(() => back.SendAsync(buffer.AsMemory(0, received.ReceivedBytes), SocketFlags.None));
        }
    }

    private async Task ReturnAsync(Socket back, EndPoint client)
    {
        byte[] buffer = new byte[MaximumDatagram];
        while (await ReceiveAsync(() => back.ReceiveFromAsync(buffer, SocketFlags.None, _target, _stopping.Token)) is { } received)
        {
            if (!_dark)
                await SendAsync(() => _front.SendToAsync(buffer.AsMemory(0, received.ReceivedBytes), SocketFlags.None, client));
        }
    }

    /// <summary>A datagram; null when the relay ends.</summary>
    private async Task<SocketReceiveFromResult?> ReceiveAsync(Func<ValueTask<SocketReceiveFromResult>> receive)
    {
        while (true)
        {
            try
            {
                return await receive();
            }
            catch (OperationCanceledException)
            {
                return null;
            }
            catch (SocketException) when (!_stopping.IsCancellationRequested)
            {
                // Somebody's port is closed (ICMP); other datagrams go on.
            }
        }
    }

    private static async Task SendAsync(Func<ValueTask<int>> send)
    {
        try
        {
            await send();
        }
        catch (SocketException)
        {
            // As a network would lose it.
        }
    }
}
