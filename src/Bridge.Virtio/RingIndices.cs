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

    /// <summary>The heads that the available ring has from one index up to another, for whoever takes over from a lost process; unchecked.</summary>
    /// <exception cref="RingFaultException">As <see cref="Read"/>, or more of them than the ring has entries.</exception>
    public static ushort[] ReadHeads(Window window, RingLayout layout, bool littleEndian, ushort from, ushort to)
    {
        var ring = new SplitRing(window, layout, littleEndian);
        var heads = new ushort[Count(layout, from, to)];
        for (int i = 0; i < heads.Length; i++)
            heads[i] = ring.RecallHead((ushort)(from + i));
        return heads;
    }

    /// <summary>The lengths that the used ring reports from one index up to another; unchecked.</summary>
    /// <exception cref="RingFaultException">As <see cref="Read"/>, or more of them than the ring has entries.</exception>
    public static uint[] ReadUsedLengths(Window window, RingLayout layout, bool littleEndian, ushort from, ushort to)
    {
        var ring = new SplitRing(window, layout, littleEndian);
        var lengths = new uint[Count(layout, from, to)];
        for (int i = 0; i < lengths.Length; i++)
            lengths[i] = ring.RecallUsedLength((ushort)(from + i));
        return lengths;
    }

    private static int Count(RingLayout layout, ushort from, ushort to)
    {
        var count = (ushort)(to - from);
        return count <= layout.Size ? count : throw new RingFaultException(RingFault.IndexJump, $"{count} entries from {from} to {to} in a ring of {layout.Size}.");
    }
}
