namespace Bridge.Virtio;

/// <summary>
/// Walks chains that a driver made available: every descriptor is copied before it is looked at, every walk is bounded, every segment is checked. Belongs to
/// the thread that owns its <see cref="DeviceQueue"/>.
/// </summary>
internal sealed class ChainReader(Window window, SplitRing ring, RingOptions options)
{
    private const ulong MaximumChainLength = 1UL << 32;

    /// <summary>The private copy of the indirect table at hand; grows to at most 1024 descriptors.</summary>
    private byte[] _table = [];

    /// <summary>Copies the chain at <paramref name="head"/>, which is in range, into <paramref name="chain"/>.</summary>
    /// <exception cref="RingFaultException">The chain is bad; its head is given, and <paramref name="chain"/> is empty.</exception>
    public void Read(ushort head, Chain chain)
    {
        chain.Begin(head);
        ushort index = head;

        // A chain without a loop visits each descriptor of the table at most once.
        for (int visited = 0; visited < ring.Size; visited++)
        {
            Descriptor descriptor = ring.CopyDescriptor(index);
            if (descriptor.IsIndirect)
            {
                ReadTable(descriptor, chain);
                return;
            }

            Append(descriptor, chain);
            if (!descriptor.HasNext)
                return;
            if (descriptor.Next >= ring.Size)
                throw Fault(RingFault.NextOutOfRange, chain, $"descriptor {index} goes on at {descriptor.Next} of {ring.Size}");
            index = descriptor.Next;
        }

        throw Fault(RingFault.ChainTooLong, chain, $"it loops: {ring.Size} descriptors and no end");
    }

    /// <summary>Virtio 1.2, 2.7.5.3. WRITE on the descriptor that names the table has no meaning and is ignored.</summary>
    private void ReadTable(Descriptor indirect, Chain chain)
    {
        if (!options.Indirect)
            throw Fault(RingFault.IndirectNotNegotiated, chain, "an indirect descriptor, but VIRTIO_F_INDIRECT_DESC was not negotiated");
        if (indirect.HasNext)
            throw Fault(RingFault.IndirectWithNext, chain, "a descriptor with INDIRECT and NEXT");
        if (indirect.SegmentLength == 0)
            throw Fault(RingFault.ZeroLengthIndirect, chain, "an indirect table of length 0");
        if (indirect.SegmentLength % Descriptor.Length != 0 || indirect.SegmentLength > RingOptions.SegmentLimit * Descriptor.Length)
            throw Fault(RingFault.IndirectLength, chain, $"an indirect table of {indirect.SegmentLength} bytes");
        if (!window.TryGetSpan(indirect.Address, indirect.SegmentLength, out Span<byte> shared))
            throw Fault(RingFault.OutsideWindow, chain, $"an indirect table at 0x{indirect.Address:x}, {indirect.SegmentLength} bytes, outside the window");

        // The whole table once, whatever order its chain goes in: what is walked below is only the copy.
        if (_table.Length < shared.Length)
            _table = new byte[shared.Length];
        shared.CopyTo(_table);

        int entries = shared.Length / Descriptor.Length;
        int index = 0;
        for (int visited = 0; visited < entries; visited++)
        {
            Descriptor descriptor = Descriptor.Parse(_table.AsSpan(index * Descriptor.Length, Descriptor.Length), options.LittleEndian);
            if (descriptor.IsIndirect)
                throw Fault(RingFault.NestedIndirect, chain, $"an indirect descriptor at {index} of an indirect table");
            Append(descriptor, chain);
            if (!descriptor.HasNext)
                return;
            if (descriptor.Next >= entries)
                throw Fault(RingFault.NextOutOfRange, chain, $"table entry {index} goes on at {descriptor.Next} of {entries}");
            index = descriptor.Next;
        }

        throw Fault(RingFault.ChainTooLong, chain, $"its indirect table loops: {entries} entries and no end");
    }

    private void Append(Descriptor descriptor, Chain chain)
    {
        if (chain.Count == options.MaximumSegments)
            throw Fault(RingFault.ChainTooLong, chain, $"more than {options.MaximumSegments} segments");
        if (!descriptor.IsWritable && chain.Writable.Length > 0)
            throw Fault(RingFault.ReadableAfterWritable, chain, $"segment {chain.Count} is readable after a writable one");
        if (chain.ReadableLength + chain.WritableLength + descriptor.SegmentLength > MaximumChainLength)
            throw Fault(RingFault.ChainOverflow, chain, "its segments add up to more than 2^32 bytes");
        if (descriptor.SegmentLength > int.MaxValue)
            throw Fault(RingFault.SegmentTooLong, chain, $"a segment of {descriptor.SegmentLength} bytes");
        if (!window.Contains(descriptor.Address, descriptor.SegmentLength))
            throw Fault(RingFault.OutsideWindow, chain, $"a segment at 0x{descriptor.Address:x}, {descriptor.SegmentLength} bytes, outside the window");
        chain.Append(new Segment(descriptor.Address, descriptor.SegmentLength), descriptor.IsWritable);
    }

    private static RingFaultException Fault(RingFault fault, Chain chain, string what)
    {
        ushort head = chain.Head;
        chain.Begin(head); // Nobody shall use the good half of a bad chain.
        return new RingFaultException(fault, $"Chain {head}: {what}.", head);
    }
}
