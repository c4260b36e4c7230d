namespace Bridge.Rpmsg;

/// <summary>Feature bits of virtio device id 7 (rpmsg).</summary>
public static class RpmsgFeatures
{
    /// <summary>Bit 0, <c>VIRTIO_RPMSG_F_NS</c>: name service messages are understood.</summary>
    public const ulong NameService = 1UL << 0;

    /// <summary>Bit 1, <c>VIRTIO_RPMSG_F_AS</c> of the 2020 vhost series: address service messages are understood. NuttX gives the bit another meaning (CREATE_ACK), so it is offered only where configured.</summary>
    public const ulong AddressService = 1UL << 1;

    /// <summary>Bit 56, ours (device-type range 50..127): both ends are this project's sockets ports and speak the flow service.</summary>
    public const ulong Flow = 1UL << 56;
}
