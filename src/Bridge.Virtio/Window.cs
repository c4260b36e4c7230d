namespace Bridge.Virtio;

/// <summary>
/// Memory that rings and buffers live in, reached by the addresses that descriptors carry. Every access is checked in 64 bits without wrapping
/// (an address just below the base, or one that is 4 GiB too high, is outside). A range must lie in one region: neighbours in address need not be
/// neighbours in memory. Immutable, so any thread may use it; the bytes behind it are shared with a neighbour and may change at any moment: copy once,
/// then check the copy.
/// </summary>
public sealed unsafe class Window
{
    /// <summary>Sorted by address, without overlap.</summary>
    private readonly Place[] _places;

    /// <summary>Builds a window; the regions may come in any order.</summary>
    /// <exception cref="ArgumentException">
    /// No region at all, an empty one, one that reaches beyond its memory or beyond the last 64-bit address, or two that overlap.
    /// </exception>
    public Window(params ReadOnlySpan<WindowRegion> regions)
    {
        if (regions.IsEmpty)
            throw new ArgumentException("A window needs at least one region.", nameof(regions));

        _places = new Place[regions.Length];
        for (int i = 0; i < regions.Length; i++)
            _places[i] = Check(regions[i]);

        Array.Sort(_places, static (a, b) => a.Address.CompareTo(b.Address));
        for (int i = 1; i < _places.Length; i++)
        {
            if (_places[i].Address - _places[i - 1].Address < _places[i - 1].Size)
                throw new ArgumentException($"Regions at 0x{_places[i - 1].Address:x} and 0x{_places[i].Address:x} overlap.", nameof(regions));
        }
    }

    /// <summary>
    /// Whether every byte of [address, address + length) lies in one region. An empty range touches no byte, so it is contained wherever it lies.
    /// </summary>
    public bool Contains(ulong address, ulong length) => TryGetPointer(address, length, out _);

    /// <summary>
    /// The bytes of a range. False when any byte lies outside one region, or when the range is longer than a span can be (2^31 - 1).
    /// An empty range gives an empty span, whatever its address.
    /// </summary>
    public bool TryGetSpan(ulong address, uint length, out Span<byte> span)
    {
        if (length > int.MaxValue || !TryGetPointer(address, length, out byte* pointer))
        {
            span = default;
            return false;
        }

        // SAFETY: TryGetPointer has shown that `length` bytes from `pointer` lie in one region, whose memory _places keeps referenced.
        span = new Span<byte>(pointer, (int)length);
        return true;
    }

    /// <summary>As <see cref="TryGetSpan"/>, for callers to whom a range outside is a fault of the ring.</summary>
    /// <exception cref="RingFaultException"><see cref="RingFault.OutsideWindow"/>; its head is null.</exception>
    public Span<byte> GetSpan(ulong address, uint length) =>
        TryGetSpan(address, length, out Span<byte> span)
            ? span
            : throw new RingFaultException(RingFault.OutsideWindow, $"0x{address:x}, {length} bytes, is not in one region of the window.");

    /// <summary>
    /// Where a range lies in this process. For an empty range the pointer is null.
    /// </summary>
    internal bool TryGetPointer(ulong address, ulong length, out byte* pointer)
    {
        pointer = null;
        if (length == 0)
            return true;

        // Binary search for the last region that begins at or below the address.
        int low = 0;
        int high = _places.Length - 1;
        while (low <= high)
        {
            int middle = (low + high) >>> 1;
            if (_places[middle].Address <= address)
                low = middle + 1;
            else
                high = middle - 1;
        }

        if (high < 0)
            return false;

        ref readonly Place place = ref _places[high];

        // Subtractions only, each of a smaller from a larger number: nothing can wrap.
        ulong offset = address - place.Address;
        if (offset >= place.Size || length > place.Size - offset)
            return false;

        // SAFETY: offset < Size, and Check has shown that Size bytes from Pointer lie in the region's memory.
        pointer = place.Pointer + offset;
        return true;
    }

    private static Place Check(WindowRegion region)
    {
        if (region.Size == 0)
            throw new ArgumentException($"The region at 0x{region.Address:x} is empty.", nameof(region));
        if (region.Size - 1 > ulong.MaxValue - region.Address)
            throw new ArgumentException($"The region at 0x{region.Address:x} reaches beyond the last address.", nameof(region));
        if (region.Offset > region.Memory.Size || region.Size > region.Memory.Size - region.Offset)
            throw new ArgumentException($"The region at 0x{region.Address:x} reaches beyond its memory.", nameof(region));

        // SAFETY: offset and size lie in the memory, by the check above.
        return new Place(region.Address, region.Size, region.Memory.Pointer + region.Offset, region.Memory);
    }

    /// <summary>A checked region with its pointer fetched once; Owner keeps the memory object referenced.</summary>
    private readonly struct Place(ulong address, ulong size, byte* pointer, WindowMemory owner)
    {
        public readonly ulong Address = address;
        public readonly ulong Size = size;
        public readonly byte* Pointer = pointer;
        public readonly WindowMemory Owner = owner;
    }
}
