namespace Bridge.Virtio;

/// <summary>
/// One stretch of a <see cref="Window"/>: addresses [Address, Address + Size) lie at [Offset, Offset + Size) of <paramref name="Memory"/>.
/// Holds its memory, so that a window never outlives the object behind its pointers.
/// </summary>
/// <param name="Address">First address, as descriptors carry it.</param>
/// <param name="Memory">The memory behind the addresses.</param>
/// <param name="Offset">Where the stretch begins in <paramref name="Memory"/>, bytes.</param>
/// <param name="Size">Length, bytes; at least 1.</param>
public readonly record struct WindowRegion(ulong Address, WindowMemory Memory, ulong Offset, ulong Size)
{
    /// <summary>A region that shows the whole of <paramref name="memory"/>.</summary>
    public WindowRegion(ulong address, WindowMemory memory)
        : this(address, memory, 0, memory.Size)
    {
    }
}
