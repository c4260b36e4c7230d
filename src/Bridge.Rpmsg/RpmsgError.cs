namespace Bridge.Rpmsg;

/// <summary>Why a bus refused a call. Frozen numbers.</summary>
public enum RpmsgError
{
    /// <summary>The fixed address that was asked for belongs to another endpoint.</summary>
    AddressInUse = 1,

    /// <summary>All dynamic addresses (1024..65535) are taken.</summary>
    AddressExhausted = 2,

    /// <summary>The bus itself answers at that address (53, 54, 55), or it is ANY.</summary>
    AddressReserved = 3,

    /// <summary>The buffer that the driver lent is smaller than the message; it would not fit later either.</summary>
    MessageTooLong = 4,
}
