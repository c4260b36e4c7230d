using System.Net.Sockets;
using Bridge.Gateway.Applications;
using Bridge.Gateway.Commands;

namespace Bridge.Gateway.Lab;

/// <summary>
/// An application's place at a gateway: a connection, and where it connects anew, the next one. One thread may send and another one receive; who of them finds an end asks for the next connection,
/// and both get the same.
/// </summary>
internal sealed class LabConnection : IDisposable
{
    private readonly SemaphoreSlim _one = new(1);
    private readonly SocketConnector? _connector;
    // Ended ones too: the other thread may still be at them.
    private readonly List<Socket> _sockets = [];

    /// <summary>A connection that is the only one.</summary>
    public LabConnection(Socket socket) => _sockets.Add(socket);

    private LabConnection(Socket socket, SocketConnector connector)
        : this(socket) => _connector = connector;

    /// <summary>The connection now.</summary>
    public Socket Current => _sockets[^1];

    /// <summary>Connections that have ended and were followed by another one.</summary>
    public int Ended => _sockets.Count - 1;

    /// <summary>Connects, as soon as the socket is there.</summary>
    /// <param name="target">Whereto.</param>
    /// <param name="reconnects">Whether there is to be a next connection when this one ends.</param>
    /// <param name="time">Paces the attempts.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="CommandFailedException">It is not there for long.</exception>
    public static async Task<LabConnection> OpenAsync(SocketTarget target, bool reconnects, TimeProvider time, CancellationToken cancellation)
    {
        SocketConnector connector = new(target, LabBench.StartPatience, TextWriter.Null, time);
        Socket first = await connector.ConnectAsync(cancellation);
        return reconnects ? new LabConnection(first, connector) : new LabConnection(first);
    }

    /// <summary>The connection that follows <paramref name="ended"/>; null if there is to be none.</summary>
    /// <exception cref="CommandFailedException">It did not come about for long.</exception>
    public async Task<Socket?> NextAsync(Socket ended, CancellationToken cancellation)
    {
        if (_connector is null)
            return null;
        await _one.WaitAsync(cancellation);
        try
        {
            if (_sockets[^1] == ended)
                _sockets.Add(await _connector.ConnectAsync(cancellation));
            return _sockets[_sockets.IndexOf(ended) + 1];
        }
        finally
        {
            _one.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Socket socket in _sockets)
            socket.Dispose();
        _one.Dispose();
    }
}
