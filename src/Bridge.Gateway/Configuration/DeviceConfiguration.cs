namespace Bridge.Gateway.Configuration;

/// <summary>One virtio device of this gateway.</summary>
/// <param name="Name">The device's name; the peer has a device of the same name with the other side.</param>
/// <param name="Link">The peer that has the other side.</param>
/// <param name="Side">Which side this gateway has.</param>
/// <param name="Port">What it plugs into here.</param>
/// <param name="Rpmsg">Rings, buffers and quotas.</param>
/// <param name="Services">Services whose sockets exist from the start.</param>
internal sealed record DeviceConfiguration(
    string Name,
    string Link,
    DeviceSide Side,
    PortChoice Port,
    RpmsgConfiguration Rpmsg,
    IReadOnlyList<ServiceConfiguration> Services);
