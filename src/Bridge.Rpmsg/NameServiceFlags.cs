using System.Diagnostics.CodeAnalysis;

namespace Bridge.Rpmsg;

/// <summary>Flags of a name service message (Linux <c>enum rpmsg_ns_flags</c>). Only bit 0 is looked at.</summary>
[Flags]
[SuppressMessage("Naming", "CA1711", Justification = "The field's own word: rpmsg_ns_flags.")]
public enum NameServiceFlags : uint
{
    /// <summary>The service exists from now on.</summary>
    Create = 0,

    /// <summary>The service has gone.</summary>
    Destroy = 1,

    /// <summary>The 2020 vhost series' wish for an address service message; NuttX' CREATE_ACK has the same bit. Never sent.</summary>
    AddressServiceAnnounce = 2,
}
