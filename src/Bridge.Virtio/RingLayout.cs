using System.Numerics;

namespace Bridge.Virtio;

/// <summary>
/// Where the three parts of a split ring lie and how many entries it has (virtio 1.2, 2.7). Only numbers: the parts are checked when a queue is built.
/// <code>
/// descriptors, align 16:  { addr u64, len u32, flags u16, next u16 } * n
/// available,   align  2:  flags u16, idx u16, ring u16 * n, used_event u16
/// used,        align  4:  flags u16, idx u16, { id u32, len u32 } * n, avail_event u16
/// </code>
/// </summary>
/// <param name="Size">Entries, n: a power of two from 1 to <see cref="MaximumSize"/>.</param>
/// <param name="Descriptors">Address of the descriptor table.</param>
/// <param name="Available">Address of the available (driver) ring.</param>
/// <param name="Used">Address of the used (device) ring.</param>
public readonly record struct RingLayout(int Size, ulong Descriptors, ulong Available, ulong Used)
{
    /// <summary>The largest ring, entries (2.7).</summary>
    public const int MaximumSize = 32768;

    /// <summary>Alignment of the descriptor table, bytes.</summary>
    public const ulong DescriptorsAlignment = 16;

    /// <summary>Alignment of the available ring, bytes.</summary>
    public const ulong AvailableAlignment = 2;

    /// <summary>Alignment of the used ring, bytes.</summary>
    public const ulong UsedAlignment = 4;

    /// <summary>Where legacy PCI devices put the used ring (2.7.2); has nothing to do with the page size of this machine.</summary>
    public const uint LegacyAlignment = 4096;

    private const ulong FlagsLength = sizeof(ushort);
    private const ulong IndexLength = sizeof(ushort);
    private const ulong EventLength = sizeof(ushort);

    /// <summary>Bytes of the descriptor table of a ring with <paramref name="size"/> entries.</summary>
    public static ulong DescriptorsLength(int size) => (ulong)size * (sizeof(ulong) + sizeof(uint) + sizeof(ushort) + sizeof(ushort));

    /// <summary>Bytes of the available ring.</summary>
    public static ulong AvailableLength(int size) => FlagsLength + IndexLength + ((ulong)size * sizeof(ushort)) + EventLength;

    /// <summary>Bytes of the used ring.</summary>
    public static ulong UsedLength(int size) => FlagsLength + IndexLength + ((ulong)size * (sizeof(uint) + sizeof(uint))) + EventLength;

    /// <summary>Whether a ring may have so many entries.</summary>
    public static bool IsValidSize(int size) => size is >= 1 and <= MaximumSize && BitOperations.IsPow2(size);

    /// <summary>
    /// Legacy layout (2.7.2): one block; the used ring begins at the next multiple of <paramref name="align"/>, counted on the absolute address.
    /// When <paramref name="address"/> is such a multiple, as legacy devices demand, the block takes <see cref="LegacyLength"/> bytes.
    /// </summary>
    /// <param name="address">Where the block begins; a multiple of 16.</param>
    /// <param name="size">Entries.</param>
    /// <param name="align">A power of two, at least 4.</param>
    /// <exception cref="ArgumentException">A value is out of range, or the block would reach beyond the last address.</exception>
    public static RingLayout Legacy(ulong address, int size, uint align = LegacyAlignment)
    {
        Check(address, size, align);
        try
        {
            ulong available = checked(address + DescriptorsLength(size));
            ulong used = AlignUp(checked(available + AvailableLength(size)), align);
            _ = checked(used + UsedLength(size));
            return new RingLayout(size, address, available, used);
        }
        catch (OverflowException overflow)
        {
            throw new ArgumentException($"A ring of {size} entries at 0x{address:x} reaches beyond the last address.", nameof(address), overflow);
        }
    }

    /// <summary>Bytes of a legacy ring whose address is a multiple of <paramref name="align"/>: vring_size() of the Linux headers, 10246 for 256 entries.</summary>
    /// <exception cref="ArgumentException">A value is out of range.</exception>
    public static ulong LegacyLength(int size, uint align = LegacyAlignment)
    {
        Check(0, size, align);
        return AlignUp(DescriptorsLength(size) + AvailableLength(size), align) + UsedLength(size);
    }

    /// <summary>A ring for VERSION_1: its three parts one after the other, each at its own smallest alignment.</summary>
    /// <param name="address">Where the first part begins; a multiple of 16.</param>
    /// <param name="size">Entries.</param>
    /// <exception cref="ArgumentException">A value is out of range, or the ring would reach beyond the last address.</exception>
    public static RingLayout Packed(ulong address, int size) => Legacy(address, size, (uint)UsedAlignment);

    /// <summary>Bytes of such a ring.</summary>
    /// <exception cref="ArgumentException">The size is out of range.</exception>
    public static ulong PackedLength(int size) => LegacyLength(size, (uint)UsedAlignment);

    private static void Check(ulong address, int size, uint align)
    {
        if (!IsValidSize(size))
            throw new ArgumentException($"A ring has a power of two of entries from 1 to {MaximumSize}, not {size}.", nameof(size));
        if (align < UsedAlignment || !BitOperations.IsPow2(align))
            throw new ArgumentException($"The alignment is a power of two from {UsedAlignment}, not {align}.", nameof(align));
        if (address % DescriptorsAlignment != 0)
            throw new ArgumentException($"A ring begins at a multiple of {DescriptorsAlignment}, not at 0x{address:x}.", nameof(address));
    }

    private static ulong AlignUp(ulong address, ulong align) => checked(address + (align - 1)) & ~(align - 1);
}
