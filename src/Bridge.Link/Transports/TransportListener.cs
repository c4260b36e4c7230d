using System.Net;

namespace Bridge.Link.Transports;

/// <summary>A bound port of one transport.</summary>
public abstract class TransportListener : IAsyncDisposable
{
    private protected TransportListener()
    {
    }

    /// <summary>What it listens for.</summary>
    public abstract TransportKind Kind { get; }

    /// <summary>Where it listens, with the real port.</summary>
    public abstract IPEndPoint LocalEndPoint { get; }

    /// <summary>Waits for the next connection. One call at a time.</summary>
    /// <param name="cancellation">Stops waiting.</param>
    /// <exception cref="PeerRefusedException">One connection failed before it could be returned; call again.</exception>
    public abstract ValueTask<IncomingConnection> AcceptAsync(CancellationToken cancellation);

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();
}
