namespace Bridge.Rpmsg;

/// <summary>Addresses with a meaning of their own (Linux <c>rpmsg.h</c>, <c>rpmsg_ns.h</c>). An address belongs to one side of one device.</summary>
public static class RpmsgAddress
{
    /// <summary>No address yet (<c>RPMSG_ADDR_ANY</c>): a wish for a dynamic one, or a destination that is not known. Nothing is ever sent to it.</summary>
    public const uint Any = 0xFFFFFFFF;

    /// <summary>Receives name service messages (<c>RPMSG_NS_ADDR</c>), where <see cref="RpmsgFeatures.NameService"/> was negotiated.</summary>
    public const uint NameService = 53;

    /// <summary>Receives <see cref="AddressServiceMessage"/>s at the vhost side, where <see cref="RpmsgFeatures.AddressService"/> was negotiated; else destinations are learnt from the first message only.</summary>
    public const uint AddressService = 54;

    /// <summary>Receives <see cref="FlowMessage"/>s between two sockets ports, where <see cref="RpmsgFeatures.Flow"/> was negotiated.</summary>
    public const uint Flow = 55;

    /// <summary>First address that is given out dynamically; those below are for fixed services (<c>RPMSG_RESERVED_ADDRESSES</c>).</summary>
    public const uint FirstDynamic = 1024;

    /// <summary>Last address that is given out dynamically. Fixed addresses may lie above it.</summary>
    public const uint LastDynamic = 65535;

    /// <summary>True for the addresses that the bus answers itself and no endpoint can have.</summary>
    public static bool IsReserved(uint address) => address is NameService or AddressService or Flow or Any;
}
