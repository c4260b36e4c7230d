namespace Bridge.Ports.Sockets.Access;

/// <summary>Fills at a rate up to what a second brings, and may be overdrawn once: a message passes while anything is in it. Belongs to the device's turn.</summary>
internal sealed class TokenBucket(int perSecond, TimeProvider time)
{
    private double _tokens = perSecond;
    private long _filled = time.GetTimestamp();

    /// <summary>Something is in it, now.</summary>
    public bool HasAny()
    {
        long now = time.GetTimestamp();
        _tokens = Math.Min(perSecond, _tokens + (time.GetElapsedTime(_filled, now).TotalSeconds * perSecond));
        _filled = now;
        return _tokens >= 1;
    }

    /// <summary>Takes what passed. More than there was is owed.</summary>
    public void Take(int tokens) => _tokens -= tokens;
}
