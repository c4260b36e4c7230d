using System.Net;
using System.Net.Sockets;

namespace Bridge.Gateway.Lab;

/// <summary>Passes TCP connections on to one target, unless it is cut: then bytes vanish, and new connections are closed.</summary>
internal sealed class TcpStrand : IAsyncDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly IPEndPoint _target;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _gate = new();
    private readonly HashSet<Socket> _open = [];
    private readonly Task _accepting;
    private volatile CableDirections _swallows;

    public TcpStrand(IPEndPoint near, IPEndPoint target)
    {
        _target = target;
        _listener.Bind(near);
        _listener.Listen();
        _accepting = AcceptAsync();
    }

    /// <summary>What vanishes. Any thread.</summary>
    public CableDirections Swallows
    {
        get => _swallows;
        set => _swallows = value;
    }

    /// <summary>Both ends of every connection see a reset (RST). Any thread.</summary>
    public void ResetConnections() => EndConnections(new LingerOption(true, 0));

    /// <summary>Both ends of every connection see its end (FIN), wherever in a record that is. Any thread.</summary>
    public void CloseConnections() => EndConnections(new LingerOption(false, 0));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        ResetConnections();
        await _accepting;
        _listener.Dispose();
        _stopping.Dispose();
    }

    private void EndConnections(LingerOption linger)
    {
        lock (_gate)
        {
            foreach (Socket socket in _open)
            {
                socket.LingerState = linger;
                socket.Dispose();
            }

            _open.Clear();
        }
    }

    private async Task AcceptAsync()
    {
        List<Task> connections = [];
        try
        {
            while (true)
            {
                Socket client = await _listener.AcceptAsync(_stopping.Token);
                connections.RemoveAll(static connection => connection.IsCompletedSuccessfully);
                connections.Add(ConnectAsync(client));
            }
        }
        catch (OperationCanceledException)
        {
            // The lab is over.
        }

        await Task.WhenAll(connections);
    }

    private async Task ConnectAsync(Socket client)
    {
        using (client)
        using (Socket server = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp))
        {
            try
            {
                if (Swallows != CableDirections.None)
                    return;
                await server.ConnectAsync(_target, _stopping.Token);
                lock (_gate)
                {
                    _open.Add(client);
                    _open.Add(server);
                }

                // One direction's end is the other's as well.
                Task[] directions = [PassAsync(client, server, CableDirections.There), PassAsync(server, client, CableDirections.Back)];
                await Task.WhenAny(directions);
                lock (_gate)
                {
                    _open.Remove(client);
                    _open.Remove(server);
                }

                client.Dispose();
                server.Dispose();
                await Task.WhenAll(directions);
            }
            catch (Exception ended) when (ended is SocketException or ObjectDisposedException or OperationCanceledException)
            {
                // Reset, or the gateway behind it does not listen yet: the gateways try again.
            }
        }
    }

    private async Task PassAsync(Socket from, Socket to, CableDirections direction)
    {
        byte[] buffer = new byte[1 << 16];
        (from.NoDelay, to.NoDelay) = (true, true);
        while (await from.ReceiveAsync(buffer, SocketFlags.None, _stopping.Token) is var length and > 0)
        {
            for (int sent = 0; sent < length && (Swallows & direction) == 0;)
                sent += await to.SendAsync(buffer.AsMemory(sent, length - sent), SocketFlags.None, _stopping.Token);
        }
    }
}
