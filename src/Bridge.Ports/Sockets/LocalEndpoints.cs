using System.Diagnostics.CodeAnalysis;
using Bridge.Rpmsg;

namespace Bridge.Ports.Sockets;

/// <summary>This port's endpoints by address.</summary>
internal sealed class LocalEndpoints(RpmsgBus bus)
{
    private readonly Dictionary<uint, LocalEndpoint> _byAddress = [];

    /// <summary>The endpoint that has the address.</summary>
    public bool TryFind(uint address, [NotNullWhen(true)] out LocalEndpoint? local) => _byAddress.TryGetValue(address, out local);

    /// <summary>An endpoint begins to exist.</summary>
    /// <exception cref="RpmsgException">The address is reserved or taken, or all dynamic ones are.</exception>
    public LocalEndpoint Add(string name, uint? address, uint remote, bool isService)
    {
        LocalEndpoint local = new(bus.CreateEndpoint(name, address, remote), isService);
        _byAddress.Add(local.Address, local);
        return local;
    }

    /// <summary>An endpoint that no peer can reach, for a conversation that only hands over what its peer sent before it went.</summary>
    public LocalEndpoint MakeUnreachable(string name, uint address)
    {
        RpmsgEndpoint endpoint;
        try
        {
            endpoint = bus.CreateEndpoint(name, address);
        }
        catch (RpmsgException)
        {
            // Another has the address by now; this one needs none.
            endpoint = bus.CreateEndpoint(name);
        }

        bus.DestroyEndpoint(endpoint);
        return new LocalEndpoint(endpoint, isService: false);
    }

    /// <summary>An endpoint has gone for good; if it was announced it is withdrawn.</summary>
    public void Remove(LocalEndpoint local)
    {
        if (_byAddress.Remove(local.Address))
        {
            bus.DestroyEndpoint(local.Endpoint);
        }
    }
}
