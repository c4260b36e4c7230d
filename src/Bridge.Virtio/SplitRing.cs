using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Bridge.Virtio;

/// <summary>
/// The memory of one split ring (virtio 1.2, 2.7) and the only way to it. Each accessor names the field, what it does to the order of memory accesses and which
/// accessor of the other side it pairs with; nothing else in this project may read or write ring memory (a test checks it). The order is
/// that of 2.7.13 and 2.7.14 and holds on weakly ordered machines:
/// <code>
/// publisher                                  consumer
/// 1 entries and what they point to           1 load index, acquire
/// 2 store index, release                     2 entries and what they point to
/// 3 full fence                               (to sleep)
/// 4 load suppression (flags or event)        3 store suppression: armed
///   -> notify?                               4 full fence
///                                            5 load index again -> not empty: do not sleep
/// </code>
/// The two fences are a pair (store, fence, load on both sides): either the publisher sees the arming or the consumer sees the entry.
/// Fields are read and written once per call in the ring's byte order; 16-bit fields are 2-aligned, so they never tear.
/// </summary>
internal sealed unsafe class SplitRing
{
    /// <summary>VIRTQ_AVAIL_F_NO_INTERRUPT in avail.flags, VIRTQ_USED_F_NO_NOTIFY in used.flags.</summary>
    public const ushort Suppress = 1;

    private const int FlagsOffset = 0;
    private const int IndexOffset = FlagsOffset + sizeof(ushort);
    private const int EntriesOffset = IndexOffset + sizeof(ushort);
    private const int AvailableEntryLength = sizeof(ushort);
    private const int UsedEntryLength = sizeof(uint) + sizeof(uint);
    private const int UsedLengthOffset = sizeof(uint);

    private readonly byte* _descriptors;
    private readonly byte* _available;
    private readonly byte* _used;
    private readonly byte* _usedEvent;
    private readonly byte* _availableEvent;
    private readonly ushort _mask;
    private readonly bool _littleEndian;
    private readonly bool _swap;
    private readonly byte[] _copy = new byte[Descriptor.Length];

    /// <summary>Keeps the memory behind the pointers referenced.</summary>
    private readonly Window _window;

    /// <summary>Checks the layout and finds its memory; touches none of it.</summary>
    /// <exception cref="RingFaultException">BadSize, Misaligned or OutsideWindow, with head null.</exception>
    public SplitRing(Window window, RingLayout layout, bool littleEndian)
    {
        if (!RingLayout.IsValidSize(layout.Size))
            throw new RingFaultException(RingFault.BadSize, $"A ring cannot have {layout.Size} entries.");

        _window = window;
        _littleEndian = littleEndian;
        _swap = littleEndian != BitConverter.IsLittleEndian;
        _mask = (ushort)(layout.Size - 1);
        Size = layout.Size;
        _descriptors = Locate(layout.Descriptors, RingLayout.DescriptorsLength(Size), RingLayout.DescriptorsAlignment, "descriptor table");
        _available = Locate(layout.Available, RingLayout.AvailableLength(Size), RingLayout.AvailableAlignment, "available ring");
        _used = Locate(layout.Used, RingLayout.UsedLength(Size), RingLayout.UsedAlignment, "used ring");

        // SAFETY: the events are the last field of their part, so both lie in what Locate has checked.
        _usedEvent = _available + EntriesOffset + (Size * AvailableEntryLength);
        _availableEvent = _used + EntriesOffset + (Size * UsedEntryLength);
    }

    /// <summary>Entries.</summary>
    public int Size { get; }

    // ---- Device side -----------------------------------------------------------------------------------------------------------------------------

    /// <summary>
    /// avail.idx, acquire: everything the driver wrote before it published is seen after this. Pairs with <see cref="StoreAvailableIndexRelease"/>.
    /// </summary>
    public ushort LoadAvailableIndexAcquire() => Load16(_available + IndexOffset);

    /// <summary>The head at avail.ring[index mod size]. Valid only below an index from <see cref="LoadAvailableIndexAcquire"/>, which orders it.</summary>
    public ushort LoadAvailableEntry(ushort index) => Load16(AvailableEntry(index));

    /// <summary>
    /// A private copy of descriptor <paramref name="index"/>: 16 bytes copied once, then parsed. Ordered by <see cref="LoadAvailableIndexAcquire"/>.
    /// </summary>
    public Descriptor CopyDescriptor(ushort index)
    {
        // SAFETY: masking keeps the index in the table, whose whole length Locate has checked.
        new ReadOnlySpan<byte>(_descriptors + ((index & _mask) * Descriptor.Length), Descriptor.Length).CopyTo(_copy);
        return Descriptor.Parse(_copy, _littleEndian);
    }

    /// <summary>
    /// Writes used.ring[index mod size]. Not visible to the driver before <see cref="StoreUsedIndexRelease"/>, which orders it.
    /// </summary>
    public void StoreUsedEntry(ushort index, uint head, uint length)
    {
        byte* entry = UsedEntry(index);
        Store32(entry, head);
        Store32(entry + UsedLengthOffset, length);
    }

    /// <summary>
    /// used.idx, release: the buffers and used entries written before are visible to a driver that sees this. Pairs with <see cref="LoadUsedIndexAcquire"/>.
    /// </summary>
    public void StoreUsedIndexRelease(ushort index) => Store16(_used + IndexOffset, index);

    /// <summary>avail.flags: whether the driver wants notifications. Only after <see cref="FullFence"/>; pairs with <see cref="StoreAvailableFlags"/>.</summary>
    public bool LoadAvailableSuppressed() => (Load16(_available + FlagsOffset) & Suppress) != 0;

    /// <summary>used_event. Only after <see cref="FullFence"/>; pairs with <see cref="StoreUsedEvent"/>.</summary>
    public ushort LoadUsedEvent() => Load16(_usedEvent);

    /// <summary>used.flags. When it arms, <see cref="FullFence"/> and a look at avail.idx must follow; pairs with <see cref="LoadUsedSuppressed"/>.</summary>
    public void StoreUsedFlags(ushort flags) => Store16(_used + FlagsOffset, flags);

    /// <summary>avail_event: arms. <see cref="FullFence"/> and a look at avail.idx must follow; pairs with <see cref="LoadAvailableEvent"/>.</summary>
    public void StoreAvailableEvent(ushort index) => Store16(_availableEvent, index);

    // ---- Driver side -----------------------------------------------------------------------------------------------------------------------------

    /// <summary>Writes descriptor <paramref name="index"/>. Not visible to the device before <see cref="StoreAvailableIndexRelease"/>.</summary>
    public void StoreDescriptor(ushort index, Descriptor descriptor)
    {
        // SAFETY: masking keeps the index in the table, whose whole length Locate has checked.
        descriptor.Write(new Span<byte>(_descriptors + ((index & _mask) * Descriptor.Length), Descriptor.Length), _littleEndian);
        StoreTrace.Point();
    }

    /// <summary>Writes avail.ring[index mod size]. Not visible to the device before <see cref="StoreAvailableIndexRelease"/>, which orders it.</summary>
    public void StoreAvailableEntry(ushort index, ushort head) => Store16(AvailableEntry(index), head);

    /// <summary>
    /// avail.idx, release: buffers, descriptors, tables and entries written before are visible to a device that sees this. Pairs with
    /// <see cref="LoadAvailableIndexAcquire"/>.
    /// </summary>
    public void StoreAvailableIndexRelease(ushort index) => Store16(_available + IndexOffset, index);

    /// <summary>
    /// used.idx, acquire: everything the device wrote before it published is seen after this. Pairs with <see cref="StoreUsedIndexRelease"/>.
    /// </summary>
    public ushort LoadUsedIndexAcquire() => Load16(_used + IndexOffset);

    /// <summary>used.ring[index mod size], each half read once. Valid only below an index from <see cref="LoadUsedIndexAcquire"/>, which orders it.</summary>
    public (uint Head, uint Length) LoadUsedEntry(ushort index)
    {
        byte* entry = UsedEntry(index);
        return (Load32(entry), Load32(entry + UsedLengthOffset));
    }

    /// <summary>used.flags: whether the device wants notifications. Only after <see cref="FullFence"/>; pairs with <see cref="StoreUsedFlags"/>.</summary>
    public bool LoadUsedSuppressed() => (Load16(_used + FlagsOffset) & Suppress) != 0;

    /// <summary>avail_event. Only after <see cref="FullFence"/>; pairs with <see cref="StoreAvailableEvent"/>.</summary>
    public ushort LoadAvailableEvent() => Load16(_availableEvent);

    /// <summary>avail.flags. When it arms, <see cref="FullFence"/> and a look at used.idx must follow; pairs with <see cref="LoadAvailableSuppressed"/>.</summary>
    public void StoreAvailableFlags(ushort flags) => Store16(_available + FlagsOffset, flags);

    /// <summary>used_event: arms. <see cref="FullFence"/> and a look at used.idx must follow; pairs with <see cref="LoadUsedEvent"/>.</summary>
    public void StoreUsedEvent(ushort index) => Store16(_usedEvent, index);

    // ---- Looking on ------------------------------------------------------------------------------------------------------------------------------

    /// <summary>Loads all fields as they stand, without any effect on the ring. Nothing orders them among each other.</summary>
    public RingStatus ReadStatus(bool eventIndex, ushort nextAvailable, ushort nextUsed, int inFlight, in Unannounced own) => new(
        Size,
        nextAvailable,
        nextUsed,
        LoadAvailableIndexAcquire(),
        LoadUsedIndexAcquire(),
        Load16(_available + FlagsOffset),
        Load16(_used + FlagsOffset),
        eventIndex ? LoadUsedEvent() : null,
        eventIndex ? LoadAvailableEvent() : null,
        inFlight,
        own.Notified,
        own.Suppressed);

    // ---- After a lost process: memory of its own, which no neighbour could write ------------------------------------------------------------------

    /// <summary>A descriptor that the lost process wrote. Ordered by <see cref="LoadAvailableIndexAcquire"/>.</summary>
    public Descriptor RecallDescriptor(ushort index) => CopyDescriptor(index);

    /// <summary>A head that the lost process made available. Ordered by <see cref="LoadAvailableIndexAcquire"/>.</summary>
    public ushort RecallHead(ushort index) => LoadAvailableEntry(index);

    /// <summary>A length that the lost process reported. Ordered by <see cref="LoadUsedIndexAcquire"/>.</summary>
    public uint RecallUsedLength(ushort index) => LoadUsedEntry(index).Length;

    /// <summary>Zeroes all three parts. Only before the device knows of the ring: nothing orders it.</summary>
    public void Zero()
    {
        // SAFETY: the lengths are those that Locate has checked.
        new Span<byte>(_descriptors, (int)RingLayout.DescriptorsLength(Size)).Clear();
        new Span<byte>(_available, (int)RingLayout.AvailableLength(Size)).Clear();
        new Span<byte>(_used, (int)RingLayout.UsedLength(Size)).Clear();
    }

    // ---- Both ------------------------------------------------------------------------------------------------------------------------------------

    /// <summary>
    /// Keeps a store before it from passing a load after it, the one order that acquire and release do not give. Pairs with the FullFence of the other
    /// side: publish, fence, load suppression against arm, fence, load index.
    /// </summary>
#pragma warning disable CA1822 // An accessor of the ring like the others, though it needs no field.
    public void FullFence() => Interlocked.MemoryBarrier();
#pragma warning restore CA1822

    private byte* Locate(ulong address, ulong length, ulong alignment, string part)
    {
        if (address % alignment != 0)
            throw new RingFaultException(RingFault.Misaligned, $"The {part} at 0x{address:x} is not a multiple of {alignment}.");
        if (!_window.TryGetPointer(address, length, out byte* pointer))
            throw new RingFaultException(RingFault.OutsideWindow, $"The {part}, 0x{address:x} and {length} bytes, is not in one region of the window.");

        // An aligned address can lie at an unaligned place when the region does; the 16-bit accesses below must not tear.
        if ((nuint)pointer % (nuint)alignment != 0)
            throw new RingFaultException(RingFault.Misaligned, $"The region of the {part} at 0x{address:x} lies unaligned in memory.");
        return pointer;
    }

    // SAFETY (both): masking keeps the entry in its part, whose whole length Locate has checked.
    private byte* AvailableEntry(ushort index) => _available + EntriesOffset + ((index & _mask) * AvailableEntryLength);

    private byte* UsedEntry(ushort index) => _used + EntriesOffset + ((index & _mask) * UsedEntryLength);

    // SAFETY (all four): callers pass pointers into parts that Locate has checked for length and alignment. Volatile makes each a single access that
    // the compiler neither repeats nor leaves out, and gives loads acquire and stores release order.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ushort Load16(byte* field)
    {
        ushort value = Volatile.Read(ref *(ushort*)field);
        return _swap ? BinaryPrimitives.ReverseEndianness(value) : value;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Store16(byte* field, ushort value)
    {
        Volatile.Write(ref *(ushort*)field, _swap ? BinaryPrimitives.ReverseEndianness(value) : value);
        StoreTrace.Point();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint Load32(byte* field)
    {
        uint value = Volatile.Read(ref *(uint*)field);
        return _swap ? BinaryPrimitives.ReverseEndianness(value) : value;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Store32(byte* field, uint value)
    {
        Volatile.Write(ref *(uint*)field, _swap ? BinaryPrimitives.ReverseEndianness(value) : value);
        StoreTrace.Point();
    }
}
