using System.Diagnostics.CodeAnalysis;

namespace Bridge.Virtio;

/// <summary>
/// A block of memory at a fixed place that <see cref="Window"/>s show to descriptors. Whoever creates it owns it and disposes it after the last
/// queue, window and span over it is out of use: a span does not keep its memory alive.
/// </summary>
public abstract unsafe class WindowMemory : IDisposable
{
    /// <summary>First byte of the block; the same for the life of the object.</summary>
    /// <exception cref="ObjectDisposedException">The block has been given back.</exception>
    [SuppressMessage("Naming", "CA1720:Identifier contains type name", Justification = "It is a pointer.")]
    public abstract byte* Pointer { get; }

    /// <summary>Length of the block, bytes.</summary>
    public abstract ulong Size { get; }

    /// <summary>Gives the block back; may be called more than once. Every span, window and queue over it must be out of use on every thread.</summary>
    public abstract void Dispose();
}
