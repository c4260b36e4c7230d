using System.Diagnostics.CodeAnalysis;

namespace Bridge.Rpmsg;

/// <summary>Flags of an address service message (the 2020 vhost series). Not those of the name service: 2 is FREE here and AS_ANNOUNCE there. Only bit 0 is looked at.</summary>
[Flags]
[SuppressMessage("Naming", "CA1711", Justification = "The field's own word.")]
public enum AddressServiceFlags : uint
{
    /// <summary>No bit: what the series handles as FREE. Never sent.</summary>
    None = 0,

    /// <summary>The service's endpoint shall send to the destination from now on.</summary>
    Assign = 1,

    /// <summary>The destination has gone; whatever lacks bit 0 means this.</summary>
    Free = 2,
}
