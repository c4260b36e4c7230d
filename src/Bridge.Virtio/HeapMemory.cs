using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace Bridge.Virtio;

/// <summary>
/// Zeroed native memory, aligned to 64 KiB, the largest page size in use, so that a legacy ring may stand at its start whatever the machine.
/// There is no finalizer: it could free the block under a span. A block that is not disposed stays until the process ends.
/// </summary>
public sealed unsafe class HeapMemory : WindowMemory
{
    private const nuint Alignment = 64 * 1024;

    private byte* _pointer;

    /// <summary>Allocates and zeroes a block.</summary>
    /// <param name="size">Bytes, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="size"/> is 0 or more than the machine can address.</exception>
    /// <exception cref="OutOfMemoryException">There is not that much memory.</exception>
    public HeapMemory(ulong size)
    {
        ArgumentOutOfRangeException.ThrowIfZero(size);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(size, (ulong)nint.MaxValue);

        // SAFETY: the block is exactly `size` bytes, cleared over exactly that length, and freed once, in Dispose.
        _pointer = (byte*)NativeMemory.AlignedAlloc((nuint)size, Alignment);
        NativeMemory.Clear(_pointer, (nuint)size);
        Size = size;
    }

    /// <inheritdoc/>
    [SuppressMessage("Naming", "CA1720:Identifier contains type name", Justification = "It is a pointer.")]
    public override byte* Pointer
    {
        get
        {
            ObjectDisposedException.ThrowIf(_pointer is null, this);
            return _pointer;
        }
    }

    /// <inheritdoc/>
    public override ulong Size { get; }

    /// <inheritdoc/>
    public override void Dispose()
    {
        // SAFETY: _pointer came from AlignedAlloc and is forgotten here, so it is freed at most once.
        NativeMemory.AlignedFree(_pointer);
        _pointer = null;
    }
}
