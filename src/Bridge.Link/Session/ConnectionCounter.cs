namespace Bridge.Link;

/// <summary>The highest connection number that one side of a link has seen; outlives its connections.</summary>
/// <remarks>Thread-safe: two connections of one link may greet at the same time, and their numbers must differ.</remarks>
public sealed class ConnectionCounter
{
    private readonly Lock _gate = new();
    private uint _last;

    /// <summary>The highest number seen; 0 for none.</summary>
    public uint Last
    {
        get
        {
            lock (_gate)
                return _last;
        }
    }

    /// <summary>The number that follows both sides' highest: odd if the gateway with the smaller instance dialled, even if the other did.</summary>
    /// <remarks>Two connections that are dialled from both sides at once so get different numbers, and both sides agree which is the newer.</remarks>
    /// <param name="highest">The highest number that either side has seen.</param>
    /// <param name="smallerDialled">The initiator's instance is smaller than the acceptor's.</param>
    /// <returns>One or two above <paramref name="highest"/>.</returns>
    public static uint After(uint highest, bool smallerDialled)
    {
        uint next = checked(highest + 1);
        return (next & 1) == (smallerDialled ? 1u : 0u) ? next : checked(next + 1);
    }

    /// <summary>Agrees a number as the acceptor does.</summary>
    /// <param name="peerLast">The initiator's highest number, below 2^32-1.</param>
    /// <param name="smallerDialled">The initiator's instance is smaller than the acceptor's.</param>
    /// <param name="ownLast">This side's highest number before, for its Hello.</param>
    /// <returns>The connection's number, never given twice by this counter.</returns>
    public uint Agree(uint peerLast, bool smallerDialled, out uint ownLast)
    {
        lock (_gate)
        {
            ownLast = _last;
            return _last = After(Math.Max(_last, peerLast), smallerDialled);
        }
    }

    /// <summary>Takes the number that the acceptor agreed, as the initiator does.</summary>
    /// <param name="connection">The agreed number.</param>
    /// <returns>False when a connection as new or newer was established meanwhile: it must not be replaced by an older one.</returns>
    public bool TryTake(uint connection)
    {
        lock (_gate)
        {
            if (connection <= _last)
                return false;
            _last = connection;
            return true;
        }
    }
}
