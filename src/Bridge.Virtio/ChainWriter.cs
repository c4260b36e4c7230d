namespace Bridge.Virtio;

/// <summary>
/// Checks chains that a driver wants to add and writes their descriptors. It publishes nothing: that is done by <see cref="DriverQueue"/>, to whose
/// thread it belongs.
/// </summary>
internal sealed class ChainWriter
{
    private const ulong MaximumChainLength = 1UL << 32;

    private readonly Window _window;
    private readonly SplitRing _ring;
    private readonly bool _littleEndian;
    private readonly int _maximumSegments;
    private readonly IndirectTables? _tables;

    /// <exception cref="ArgumentException">The tables are misaligned, too long or outside the window.</exception>
    public ChainWriter(Window window, SplitRing ring, RingOptions options, IndirectTables? tables)
    {
        _window = window;
        _ring = ring;
        _littleEndian = options.LittleEndian;
        _maximumSegments = Math.Min(ring.Size, options.MaximumSegments);
        _tables = options.Indirect ? tables : null;
        if (_tables is not null)
            Check(_tables);
    }

    /// <summary>Whether a chain is written as an indirect table: worth it from two segments on, if a table is long enough.</summary>
    public bool IsIndirect(int segments) => _tables is not null && segments > 1 && segments <= _tables.TableEntries;

    /// <exception cref="ArgumentException">See <see cref="DriverQueue.TryAdd"/>.</exception>
    public void Check(ReadOnlySpan<Segment> readable, ReadOnlySpan<Segment> writable)
    {
        int segments = readable.Length + writable.Length;
        if (segments == 0)
            throw new ArgumentException("A chain needs at least one segment.", nameof(readable));
        if (segments > _maximumSegments)
            throw new ArgumentException($"A chain of {segments} segments; this ring allows {_maximumSegments}.", nameof(readable));
        if (TotalOf(readable) + TotalOf(writable) > MaximumChainLength)
            throw new ArgumentException("The segments of a chain add up to at most 2^32 bytes.", nameof(readable));
    }

    /// <summary>Writes the chain into descriptors of the ring, from <paramref name="head"/> on, as <paramref name="descriptors"/> links them.</summary>
    public void WriteDirect(ushort head, FreeDescriptorList descriptors, ReadOnlySpan<Segment> readable, ReadOnlySpan<Segment> writable)
    {
        ushort index = head;
        int segments = readable.Length + writable.Length;
        for (int i = 0; i < segments; i++)
        {
            ushort next = descriptors.After(index);
            _ring.StoreDescriptor(index, Describe(readable, writable, i, next));
            index = next;
        }
    }

    /// <summary>Writes the chain into the head's own table, and one descriptor into the ring.</summary>
    public void WriteIndirect(ushort head, ReadOnlySpan<Segment> readable, ReadOnlySpan<Segment> writable)
    {
        int segments = readable.Length + writable.Length;
        var length = (uint)(segments * Descriptor.Length);
        ulong address = _tables!.Address + IndirectTables.TotalLength(head, _tables.TableEntries);
        Span<byte> table = _window.GetSpan(address, length);
        for (int i = 0; i < segments; i++)
            Describe(readable, writable, i, (ushort)(i + 1)).Write(table.Slice(i * Descriptor.Length, Descriptor.Length), _littleEndian);

        _ring.StoreDescriptor(head, new Descriptor(address, length, DescriptorFlags.Indirect, 0));
    }

    /// <summary>The descriptor of segment <paramref name="i"/>. The last one has no NEXT, and 0 for it.</summary>
    private static Descriptor Describe(ReadOnlySpan<Segment> readable, ReadOnlySpan<Segment> writable, int i, ushort next)
    {
        bool write = i >= readable.Length;
        Segment segment = write ? writable[i - readable.Length] : readable[i];
        DescriptorFlags flags = write ? DescriptorFlags.Write : DescriptorFlags.None;
        return i == readable.Length + writable.Length - 1
            ? new Descriptor(segment.Address, segment.Length, flags, 0)
            : new Descriptor(segment.Address, segment.Length, flags | DescriptorFlags.Next, next);
    }

    private ulong TotalOf(ReadOnlySpan<Segment> segments)
    {
        ulong total = 0;
        foreach (Segment segment in segments)
        {
            if (!_window.Contains(segment.Address, segment.Length))
                throw new ArgumentException($"The segment at 0x{segment.Address:x}, {segment.Length} bytes, is outside the window.", nameof(segments));
            total += segment.Length;
        }

        return total;
    }

    private void Check(IndirectTables tables)
    {
        if (tables.TableEntries is < 1 or > RingOptions.SegmentLimit)
            throw new ArgumentException($"An indirect table has 1 to {RingOptions.SegmentLimit} entries, not {tables.TableEntries}.", nameof(tables));
        if (tables.Address % Descriptor.Length != 0)
            throw new ArgumentException($"Indirect tables begin at a multiple of {Descriptor.Length}, not at 0x{tables.Address:x}.", nameof(tables));
        if (!_window.Contains(tables.Address, IndirectTables.TotalLength(_ring.Size, tables.TableEntries)))
            throw new ArgumentException($"The indirect tables at 0x{tables.Address:x} are not in one region of the window.", nameof(tables));
    }
}
