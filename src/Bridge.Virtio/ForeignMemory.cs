using System.Diagnostics.CodeAnalysis;

namespace Bridge.Virtio;

/// <summary>Memory that somebody else has mapped and keeps in place until this is disposed.</summary>
public sealed unsafe class ForeignMemory : WindowMemory
{
    private readonly IDisposable _mapping;
    private byte* _pointer;

    /// <summary>Shows a mapping to windows.</summary>
    /// <param name="address">Where it begins in this process.</param>
    /// <param name="size">Its length, bytes; all of it readable and writable until <paramref name="mapping"/> is disposed.</param>
    /// <param name="mapping">The mapping's owner; disposed with this.</param>
    public ForeignMemory(nint address, ulong size, IDisposable mapping)
    {
        // SAFETY: the caller vouches for `size` bytes from `address` until `mapping` is disposed, which only Dispose does, where the pointer is forgotten.
        _pointer = (byte*)address;
        (Size, _mapping) = (size, mapping);
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
        _pointer = null;
        _mapping.Dispose();
    }
}
