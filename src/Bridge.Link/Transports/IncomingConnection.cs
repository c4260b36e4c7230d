using System.Net;

namespace Bridge.Link.Transports;

/// <summary>Somebody has connected and is not (or not completely) authenticated yet. Disposing it before that refuses him.</summary>
public abstract class IncomingConnection : IAsyncDisposable
{
    private protected IncomingConnection(EndPoint remoteEndPoint) => RemoteEndPoint = remoteEndPoint;

    /// <summary>Where he is.</summary>
    public EndPoint RemoteEndPoint { get; }

    /// <summary>Finishes the handshake. Afterwards the connection belongs to the caller and this object to nobody.</summary>
    /// <param name="cancellation">The handshake's time limit.</param>
    /// <exception cref="PeerRefusedException">He is not who he should be, or speaks no TLS 1.3.</exception>
    /// <exception cref="OperationCanceledException">It took too long.</exception>
    public abstract ValueTask<TransportConnection> AuthenticateAsync(CancellationToken cancellation);

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();
}
