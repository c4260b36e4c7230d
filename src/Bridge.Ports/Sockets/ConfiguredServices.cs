using Bridge.Rpmsg;

namespace Bridge.Ports.Sockets;

/// <summary>The services of the configuration, which may change while the device lives: who talks through one that stays notices nothing. Belongs to the device's turn.</summary>
internal sealed class ConfiguredServices(EntryTable entries, ConversationTable conversations, Entrance entrance)
{
    private IReadOnlyList<ServiceOptions> _current = [];

    /// <summary>What a predecessor had as the services of its configuration; they exist again.</summary>
    public void Restore(IReadOnlyList<ServiceOptions> services) => _current = services;

    /// <summary>Why these cannot become the services now, in one sentence; null if they can.</summary>
    public string? FindConflict(IReadOnlyList<ServiceOptions> wanted)
    {
        ServiceOptions[] leaving = [.. _current.Where(service => !Stays(service, wanted))];
        HashSet<uint> given = [.. leaving.Select(service => Find(service)!.Service!.Address)];
        foreach (ServiceOptions service in wanted.Where(service => !Stays(service, _current)))
        {
            if (Find(service) is { IsCreated: true } created)
            {
                return $"service {service.Name}: {created.Path} was made by a control request; destroy it first";
            }

            if (service.Address is { } address && conversations.Endpoints.TryFind(address, out _) && !given.Contains(address))
            {
                return $"service {service.Name}: an endpoint has address {address}; choose another, or wait until it is free";
            }
        }

        return null;
    }

    /// <summary>Makes these the services. Who uses one that goes, or that gets another address, finds the end of file; other terms of a service hold from now on.</summary>
    /// <exception cref="RpmsgException">An address is reserved or taken, or all dynamic ones are.</exception>
    public void Set(IReadOnlyList<ServiceOptions> wanted)
    {
        IReadOnlyList<ServiceOptions> before = _current;
        _current = wanted;
        foreach (ServiceOptions service in before)
        {
            if (!Stays(service, wanted) && Find(service) is { } entry)
            {
                entrance.RemoveService(entry);
            }
        }

        foreach (ServiceOptions service in wanted)
        {
            if (Stays(service, before) && Find(service) is { } entry && entry.Terms != service.Terms)
            {
                entries.Change(entry, service.Terms);
            }
        }

        // Fixed addresses first: a dynamic one must not take them.
        foreach (ServiceOptions service in wanted.Where(service => !Stays(service, before)).OrderBy(static service => service.Address is null))
        {
            entrance.AddService(service, isCreated: false);
        }
    }

    /// <summary>The service is among the others too, so that it can go on as it is: permanence is part of what the other side was told.</summary>
    private static bool Stays(ServiceOptions service, IReadOnlyList<ServiceOptions> others) =>
        others.Any(other => other.Name == service.Name && other.Address == service.Address && other.Terms.Permanent == service.Terms.Permanent);

    private SocketEntry? Find(ServiceOptions service) => entries.Find(new EntryPath(EntryKind.Service, SocketName.Encode(service.Name)!));
}
