namespace Bridge.Link.Connections;

/// <summary>Bytes of a link's protocol (without TLS) over all its connections. Counted per read and write, not per frame.</summary>
internal sealed class TrafficCounters
{
    private long received;
    private long sent;
    private long stale;

    public long Received => Interlocked.Read(ref received);

    public long Sent => Interlocked.Read(ref sent);

    /// <summary>Frames of older connections that were discarded.</summary>
    public long Stale => Interlocked.Read(ref stale);

    public void AddReceived(int bytes) => Interlocked.Add(ref received, bytes);

    public void AddSent(int bytes) => Interlocked.Add(ref sent, bytes);

    public void AddStale(long frames) => Interlocked.Add(ref stale, frames);
}
