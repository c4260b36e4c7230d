using System.Net;
using Bridge.Ports.Sockets;
using Bridge.Ports.Sockets.Access;

namespace Bridge.Gateway.Configuration;

/// <summary>One virtio device of this gateway.</summary>
/// <param name="Name">The device's name; the peer has a device of the same name with the other side.</param>
/// <param name="Link">The peer that has the other side.</param>
/// <param name="Side">Which side this gateway has.</param>
/// <param name="Type">What the device is; the same on both sides.</param>
/// <param name="Port">What it plugs into here.</param>
/// <param name="Socket">With vhost-user and cross-connect: the socket that the front end connects to; else null.</param>
/// <param name="InBandNotifications">With vhost-user: doorbells may be messages.</param>
/// <param name="UnsealedMemory">With vhost-user: guests' memory may be such that they could cut it short.</param>
/// <param name="Pool">What is kept for chains of a vhost-user back end.</param>
/// <param name="Rpmsg">Rings, buffers and quotas.</param>
/// <param name="Channels">How channels of the other side deal with applications.</param>
/// <param name="Tcp">Where stream connections are awaited beside the device's own socket.</param>
/// <param name="Services">Services whose sockets exist from the start.</param>
internal sealed record DeviceConfiguration(
    string Name,
    string Link,
    DeviceSide Side,
    DeviceType Type,
    PortChoice Port,
    string? Socket,
    bool InBandNotifications,
    bool UnsealedMemory,
    PoolConfiguration Pool,
    RpmsgConfiguration Rpmsg,
    EntryTerms Channels,
    IReadOnlyList<IPEndPoint> Tcp,
    IReadOnlyList<ServiceConfiguration> Services)
{
    /// <summary>Who may talk about what; the first rule that fits decides.</summary>
    public IReadOnlyList<AccessRule> Access { get; init; } = [];
}
