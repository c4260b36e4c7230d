namespace Bridge.Virtio;

/// <summary>
/// The two published indices of a ring as its memory has them now: for a device side that takes over a ring which does not start at zero
/// (rpmsg-lite fills the used ring beforehand; a vhost-user front end states only the available base).
/// </summary>
/// <param name="Available">avail.idx, written by the driver; unchecked.</param>
/// <param name="Used">used.idx, written by the last device side.</param>
public readonly record struct RingIndices(ushort Available, ushort Used)
{
    /// <summary>Loads both (acquire), without any effect on the ring.</summary>
    /// <exception cref="RingFaultException">BadSize, Misaligned or OutsideWindow, with head null.</exception>
    public static RingIndices Read(Window window, RingLayout layout, bool littleEndian)
    {
        var ring = new SplitRing(window, layout, littleEndian);
        return new RingIndices(ring.LoadAvailableIndexAcquire(), ring.LoadUsedIndexAcquire());
    }
}
