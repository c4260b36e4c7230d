namespace Bridge.Virtio;

/// <content>A ring that is given up; and one that an earlier process of this driver left in memory of its own, which nobody else could write: it may be read back, but is checked all the same.</content>
public sealed partial class DriverQueue
{
    private DriverQueue(SplitRing ring, Window window, RingOptions options, ushort nextUsed, FreeDescriptorList free, ushort[] descriptors, int[] tokens, int inFlight)
    {
        (_ring, _free, _eventIndex, _descriptors, _tokens) = (ring, free, options.EventIndex, descriptors, tokens);
        _writer = new ChainWriter(window, ring, options, tables: null);
        (_nextAvailable, _nextUsed, _used, InFlight) = (ring.LoadAvailableIndexAcquire(), nextUsed, nextUsed, inFlight);
    }

    /// <summary>
    /// Goes on where a lost process stood. No chain of it uses an indirect table. Nothing is written; call <see cref="EnableNotifications"/> before the first wait.
    /// </summary>
    /// <param name="window">Holds the ring and its buffers.</param>
    /// <param name="layout">Where the ring lies.</param>
    /// <param name="options">What was negotiated.</param>
    /// <param name="outstanding">Heads of all chains whose used element this side has not taken.</param>
    /// <param name="nextUsed">The next used element to take.</param>
    /// <param name="tokenOf">What a chain was added with, by the address of its first segment; throws <see cref="RingFaultException"/> if it was none.</param>
    /// <exception cref="RingFaultException">The ring does not stand like that.</exception>
    public static DriverQueue Recover(Window window, RingLayout layout, RingOptions options, ReadOnlySpan<ushort> outstanding, ushort nextUsed, Func<ulong, int> tokenOf)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(tokenOf);
        var ring = new SplitRing(window, layout, options.LittleEndian);
        var ahead = (ushort)(ring.LoadAvailableIndexAcquire() - nextUsed);
        if (ahead != outstanding.Length)
            throw new RingFaultException(RingFault.IndexJump, $"avail.idx is {ahead} ahead of {nextUsed}, and {outstanding.Length} chains are outstanding.");
        var next = new ushort[ring.Size];
        var taken = new bool[ring.Size];
        var descriptors = new ushort[ring.Size];
        var tokens = new int[ring.Size];
        foreach (ushort head in outstanding)
        {
            (ushort count, ulong address) = Follow(ring, head, next, taken);
            (descriptors[head], tokens[head]) = (count, tokenOf(address));
        }

        return new DriverQueue(ring, window, options, nextUsed, new FreeDescriptorList(next, taken), descriptors, tokens, outstanding.Length);
    }

    /// <summary>What the outstanding chains were added with, oldest first; for an owner who gives the ring up. Every chain that has been used must have been taken.</summary>
    public IReadOnlyList<int> ReadOutstanding()
    {
        var tokens = new List<int>(InFlight);
        var seen = new bool[Size];
        for (int back = 1; back <= Size && tokens.Count < InFlight; back++)
            Add(_ring.RecallHead((ushort)(_nextAvailable - back)));
        // Overtaken by a whole ring of others.
        for (int head = 0; head < Size && tokens.Count < InFlight; head++)
            Add((ushort)head);
        tokens.Reverse();
        return tokens;

        void Add(ushort head)
        {
            if (head >= Size || _descriptors[head] == 0 || seen[head])
                return;
            seen[head] = true;
            tokens.Add(_tokens[head]);
        }
    }

    /// <summary>Takes the descriptors of one chain; returns how many, and where its first segment lies. No descriptor is visited twice, so the walk ends.</summary>
    private static (ushort Count, ulong Address) Follow(SplitRing ring, ushort head, ushort[] next, bool[] taken)
    {
        ushort count = 0;
        ulong address = 0;
        for (ushort index = head; ;)
        {
            if (index >= ring.Size)
                throw new RingFaultException(RingFault.NextOutOfRange, $"Chain {head} goes on at {index} of {ring.Size}.");
            if (taken[index])
                throw new RingFaultException(RingFault.HeadInUse, $"Chain {head} goes on at {index}, which is taken already.");
            Descriptor descriptor = ring.RecallDescriptor(index);
            if (descriptor.IsIndirect)
                throw new RingFaultException(RingFault.IndirectNotNegotiated, $"Chain {head} has an indirect table.");
            (taken[index], next[index]) = (true, descriptor.Next);
            if (count++ == 0)
                address = descriptor.Address;
            if (!descriptor.HasNext)
                return (count, address);
            index = descriptor.Next;
        }
    }
}
