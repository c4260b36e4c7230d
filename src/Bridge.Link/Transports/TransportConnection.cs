using System.Net;
using Bridge.Link.Trust;

namespace Bridge.Link.Transports;

/// <summary>One authenticated connection to a peer gateway: a stream for the link and, unless multiplexed, a stream per lane.</summary>
/// <remarks>At most one read and one write are in flight per stream. <see cref="Abort"/> makes all of them fail; it is the only way they are cancelled.</remarks>
public abstract class TransportConnection : IAsyncDisposable
{
    private protected TransportConnection(EndPoint remoteEndPoint, PeerVerification peer)
    {
        RemoteEndPoint = remoteEndPoint;
        PeerFingerprint = peer.Fingerprint;
        Peer = peer.Peer ?? throw new InvalidOperationException("The peer is not authenticated.");
        Presented = peer.Presented!;
    }

    /// <summary>What carries the connection.</summary>
    public abstract TransportKind Kind { get; }

    /// <summary>True when device lanes share <see cref="Main"/>.</summary>
    public abstract bool Multiplexed { get; }

    /// <summary>The link's own stream.</summary>
    public abstract Stream Main { get; }

    /// <summary>Where the peer is.</summary>
    public EndPoint RemoteEndPoint { get; }

    /// <summary>The peer's authenticated key (<see cref="KeyFingerprint"/>).</summary>
    public string PeerFingerprint { get; }

    /// <summary>Which trust the peer's certificate satisfied.</summary>
    public PeerTrust Peer { get; }

    /// <summary>What the peer showed.</summary>
    public PresentedCertificate Presented { get; }

    /// <summary>Opens a stream for a lane. Not for multiplexed transports. The peer sees it once something is written.</summary>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="IOException">The connection is gone.</exception>
    public abstract ValueTask<Stream> OpenLaneAsync(CancellationToken cancellation);

    /// <summary>Accepts a stream that the peer opened. Not for multiplexed transports.</summary>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="IOException">The connection is gone.</exception>
    public abstract ValueTask<Stream> AcceptLaneAsync(CancellationToken cancellation);

    /// <summary>Ends the writing direction of <see cref="Main"/>: the peer reads the end after all that was written. No write may be in flight.</summary>
    /// <exception cref="IOException">The connection is gone.</exception>
    public abstract void CompleteMain();

    /// <summary>Ends everything at once; operations in flight fail. Idempotent, never throws, never waits.</summary>
    public abstract void Abort();

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();
}
