namespace Bridge.Virtio;

/// <summary>What is wrong with a ring or with one chain. The numbers are frozen: they appear in metrics and on the wire; a number is never used again.</summary>
public enum RingFault
{
    /// <summary>No fault.</summary>
    None = 0,

    /// <summary>Part of a ring, an indirect table or a segment does not lie in one region of the window.</summary>
    OutsideWindow = 1,

    /// <summary>The ring's size is not a power of two from 1 to 32768.</summary>
    BadSize = 2,

    /// <summary>A part of the ring is not aligned as virtio 1.2, 2.7 asks: descriptors 16, available 2, used 4.</summary>
    Misaligned = 3,

    /// <summary>avail.idx is more than the ring's size ahead, or has gone back.</summary>
    IndexJump = 4,

    /// <summary>The available ring names a head that is not in the descriptor table.</summary>
    HeadOutOfRange = 5,

    /// <summary>A next field points outside its table.</summary>
    NextOutOfRange = 6,

    /// <summary>The chain has more segments than <see cref="RingOptions.MaximumSegments"/>, or loops.</summary>
    ChainTooLong = 7,

    /// <summary>A device-readable segment follows a device-writable one (2.7.4.2).</summary>
    ReadableAfterWritable = 8,

    /// <summary>An indirect table holds an indirect descriptor.</summary>
    NestedIndirect = 9,

    /// <summary>An indirect descriptor without VIRTIO_F_INDIRECT_DESC.</summary>
    IndirectNotNegotiated = 10,

    /// <summary>INDIRECT and NEXT in one descriptor.</summary>
    IndirectWithNext = 11,

    /// <summary>The table's length is not a multiple of 16, or is above 1024 descriptors.</summary>
    IndirectLength = 12,

    /// <summary>The segments of one chain add up to more than 2^32 bytes (2.7.5).</summary>
    ChainOverflow = 13,

    /// <summary>The used ring names a head that is not in the descriptor table.</summary>
    UsedIdOutOfRange = 14,

    /// <summary>The used ring names a head that is not outstanding.</summary>
    UsedIdNotOutstanding = 15,

    /// <summary>used.idx claims more chains than are outstanding, or has gone back.</summary>
    UsedIndexJump = 16,

    /// <summary>A head was made available again before it was used.</summary>
    HeadInUse = 17,

    /// <summary>One segment is longer than 2^31 - 1 bytes, more than can be looked at as one piece here.</summary>
    SegmentTooLong = 18,

    /// <summary>An indirect table of length 0.</summary>
    ZeroLengthIndirect = 19,
}
