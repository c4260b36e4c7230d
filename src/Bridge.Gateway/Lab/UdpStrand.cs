using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Bridge.Gateway.Lab;

/// <summary>Passes datagrams on to one target and the answers back, unless it is cut: then they vanish.</summary>
internal sealed class UdpStrand : IAsyncDisposable
{
    private const int MaximumDatagram = 65536;

    private readonly Socket _front = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly IPEndPoint _target;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<EndPoint, Socket> _backs = new();
    private readonly ConcurrentBag<Socket> _all = [];
    private readonly List<Task> _returning = [];
    private readonly Task _passing;
    private volatile CableDirections _swallows;

    public UdpStrand(IPEndPoint near, IPEndPoint target)
    {
        _target = target;
        _front.Bind(near);
        _passing = PassAsync();
    }

    /// <summary>What vanishes. Any thread.</summary>
    public CableDirections Swallows
    {
        get => _swallows;
        set => _swallows = value;
    }

    /// <summary>The target sees every client at another port from now on, and what it sends to the old one vanishes. Any thread.</summary>
    public void ChangeAddress() => _backs.Clear();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _passing;
        await Task.WhenAll(_returning);
        _front.Dispose();
        foreach (Socket back in _all)
            back.Dispose();
        _stopping.Dispose();
    }

    private async Task PassAsync()
    {
        byte[] buffer = new byte[MaximumDatagram];
        while (await ReceiveAsync(_front, buffer) is { } received)
        {
            // One socket per client port, so that answers find their way back.
            if (!_backs.TryGetValue(received.RemoteEndPoint, out Socket? back))
            {
                back = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
                back.Bind(new IPEndPoint(IPAddress.Loopback, 0));
                _all.Add(back);
                _backs[received.RemoteEndPoint] = back;
                _returning.Add(ReturnAsync(back, received.RemoteEndPoint));
            }

            await SendAsync(CableDirections.There, back, buffer.AsMemory(0, received.ReceivedBytes), _target);
        }
    }

    private async Task ReturnAsync(Socket back, EndPoint client)
    {
        byte[] buffer = new byte[MaximumDatagram];
        while (await ReceiveAsync(back, buffer) is { } received)
        {
            if (_backs.TryGetValue(client, out Socket? current) && ReferenceEquals(current, back))
                await SendAsync(CableDirections.Back, _front, buffer.AsMemory(0, received.ReceivedBytes), client);
        }
    }

    /// <summary>A datagram; null at the end.</summary>
    private async Task<SocketReceiveFromResult?> ReceiveAsync(Socket socket, Memory<byte> buffer)
    {
        while (true)
        {
            try
            {
                return await socket.ReceiveFromAsync(buffer, SocketFlags.None, new IPEndPoint(IPAddress.Any, 0), _stopping.Token);
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

    private async Task SendAsync(CableDirections direction, Socket socket, ReadOnlyMemory<byte> datagram, EndPoint to)
    {
        if ((Swallows & direction) != 0)
            return;
        try
        {
            await socket.SendToAsync(datagram, SocketFlags.None, to);
        }
        catch (SocketException)
        {
            // Lost, as a network would lose it.
        }
    }
}
