namespace Bridge.Link.Connections;

/// <summary>Bytes of a link's protocol (without TLS) over all its connections. Counted per read and write, not per frame.</summary>
internal sealed class TrafficCounters
{
    private long _received;
    private long _sent;
    private long _stale;

    public long Received => Interlocked.Read(ref _received);

    public long Sent => Interlocked.Read(ref _sent);

    /// <summary>Frames of older connections that were discarded.</summary>
    public long Stale => Interlocked.Read(ref _stale);

    public void AddReceived(int bytes) => Interlocked.Add(ref _received, bytes);

    public void AddSent(int bytes) => Interlocked.Add(ref _sent, bytes);

    public void AddStale(long frames) => Interlocked.Add(ref _stale, frames);
}
