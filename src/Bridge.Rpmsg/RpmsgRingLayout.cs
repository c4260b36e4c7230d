using System.Numerics;
using Bridge.Virtio;

namespace Bridge.Rpmsg;

/// <summary>Where a driver's two rings and its message buffers lie in one block of window memory.</summary>
/// <remarks>
/// <code>
/// address (4096-aligned)   | vq0 ring | vq1 ring | BufferCount receive buffers | BufferCount transmit buffers |
/// </code>
/// Each ring starts at a multiple of 4096: the legacy used ring's place counts on the absolute address. A ring's room is that of the legacy layout, the larger one, so that
/// the block's size does not depend on what is negotiated. Buffers start at multiples of 64 bytes: no two share a cache line (512-byte buffers lie as Linux' do).
/// </remarks>
internal readonly record struct RpmsgRingLayout
{
    internal const uint RingAlignment = RingLayout.LegacyAlignment;
    private const uint BufferAlignment = 64;

    private readonly ulong _buffers;
    private readonly ulong _stride;
    private readonly int _count;

    public RpmsgRingLayout(ulong address, RpmsgOptions options, bool version1)
    {
        int size = RingSize(options);
        ulong second = address + RingRoom(size);
        Receive = Ring(address, size, version1);
        Transmit = Ring(second, size, version1);
        _buffers = second + RingRoom(size);
        _stride = Stride(options);
        _count = options.BufferCount;
    }

    /// <summary>vq0: device to driver.</summary>
    public RingLayout Receive { get; }

    /// <summary>vq1: driver to device.</summary>
    public RingLayout Transmit { get; }

    public static ulong RequiredMemory(RpmsgOptions options) =>
        (2 * RingRoom(RingSize(options))) + (2 * (ulong)options.BufferCount * Stride(options));

    public ulong ReceiveBuffer(int index) => _buffers + ((ulong)index * _stride);

    public ulong TransmitBuffer(int index) => _buffers + ((ulong)(_count + index) * _stride);

    private static int RingSize(RpmsgOptions options) => (int)BitOperations.RoundUpToPowerOf2((uint)options.BufferCount);

    private static RingLayout Ring(ulong address, int size, bool version1) =>
        version1 ? RingLayout.Packed(address, size) : RingLayout.Legacy(address, size, RingAlignment);

    private static ulong RingRoom(int size) => AlignUp(RingLayout.LegacyLength(size, RingAlignment), RingAlignment);

    private static ulong Stride(RpmsgOptions options) => AlignUp((ulong)options.BufferSize, BufferAlignment);

    private static ulong AlignUp(ulong value, ulong alignment) => (value + alignment - 1) & ~(alignment - 1);
}
