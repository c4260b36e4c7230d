using Bridge.Rpmsg;

namespace Bridge.Ports.Sockets;

/// <summary>
/// An rpmsg endpoint of this port and the conversation that uses it. A service's lives as long as the port, with or without an application, so that the
/// service keeps its address; a channel's lives as long as its conversation has a peer.
/// </summary>
internal sealed class LocalEndpoint
{
    public LocalEndpoint(RpmsgEndpoint endpoint, bool isService)
    {
        (Endpoint, IsService) = (endpoint, isService);
        endpoint.Tag = this;
    }

    public RpmsgEndpoint Endpoint { get; }

    public uint Address => Endpoint.Address;

    public bool IsService { get; }

    /// <summary>Null: a service without an application.</summary>
    public Conversation? Conversation { get; set; }
}
