using System.Diagnostics.CodeAnalysis;

namespace Bridge.Rpmsg;

/// <summary>Flags of a name service message (Linux <c>enum rpmsg_ns_flags</c>). Only bit 0 is looked at, and bit 1 where <see cref="RpmsgFeatures.AddressService"/> was negotiated.</summary>
[Flags]
[SuppressMessage("Naming", "CA1711", Justification = "The field's own word: rpmsg_ns_flags.")]
public enum NameServiceFlags : uint
{
    /// <summary>The service exists from now on.</summary>
    Create = 0,

    /// <summary>The service has gone.</summary>
    Destroy = 1,

    /// <summary>With CREATE, from the vhost side: whoever opens an endpoint to the service shall say so (AS_ANNOUNCE of the 2020 vhost series); NuttX' CREATE_ACK has the same bit. Not to be mistaken for <see cref="AddressServiceFlags.Free"/>.</summary>
    AddressServiceAnnounce = 2,
}
