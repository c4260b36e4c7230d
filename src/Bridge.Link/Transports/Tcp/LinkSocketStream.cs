using System.Net.Sockets;

namespace Bridge.Link.Transports.Tcp;

/// <summary>A connected socket under TLS. What a peer makes us compute before it is authenticated never holds up a socket's thread (<see cref="SocketThreads"/>).</summary>
internal sealed class LinkSocketStream(Socket socket) : NetworkStream(socket, ownsSocket: true)
{
    /// <summary>The handshake is over.</summary>
    public bool IsAuthenticated { get; set; }

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        IsAuthenticated ? base.ReadAsync(buffer, cancellationToken) : ReadInPoolAsync(buffer, cancellationToken);

    private async ValueTask<int> ReadInPoolAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        int count = await base.ReadAsync(buffer, cancellation);
        await SocketThreads.Leave();
        return count;
    }
}
