namespace Bridge.Ports.Sockets.Access;

/// <summary>rpmsg addresses of services, both ends included.</summary>
/// <param name="First">The lowest.</param>
/// <param name="Last">The highest; not below <paramref name="First"/>.</param>
public readonly record struct AddressRange(uint First, uint Last)
{
    /// <summary>Every address.</summary>
    public static readonly AddressRange All = new(0, uint.MaxValue);

    /// <summary>The address is one of them.</summary>
    public bool Contains(uint address) => address >= First && address <= Last;
}
