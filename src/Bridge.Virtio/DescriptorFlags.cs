namespace Bridge.Virtio;

/// <summary>Flags of a descriptor (virtio 1.2, 2.7.5). Unknown bits are ignored, as the specification asks of reserved ones.</summary>
[Flags]
internal enum DescriptorFlags : ushort
{
    None = 0,

    /// <summary>VIRTQ_DESC_F_NEXT: the chain goes on at the next field.</summary>
    Next = 1,

    /// <summary>VIRTQ_DESC_F_WRITE: device-writable; else device-readable.</summary>
    Write = 2,

    /// <summary>VIRTQ_DESC_F_INDIRECT: the buffer is a table of descriptors.</summary>
    Indirect = 4,
}
