using System.Diagnostics.CodeAnalysis;
using Bridge.Virtio;

namespace Bridge.Rpmsg;

/// <summary>The rpmsg bus of either role: endpoints, dynamic addresses, name service, dispatch. It outlives the device's lives: attach it to the rings of each.</summary>
/// <remarks>
/// Not thread-safe: one thread at a time owns it. No allocation per message. <see cref="RingFaultException"/> comes out of every member that touches the rings when a ring itself is broken;
/// the owner then detaches.
/// <para>Five files: this one holds the lives and the endpoints, the others sending, receiving, the address service, and what a successor goes on with.</para>
/// </remarks>
public sealed partial class RpmsgBus
{
    private readonly RpmsgOptions _options;
    private readonly IRpmsgHandler _handler;
    private readonly IRpmsgKeeper? _keeper;
    private readonly EndpointTable _endpoints = new();
    private readonly List<RpmsgEndpoint> _announced = [];
    private readonly HashSet<(string Name, uint Address)> _remote = [];
    private RpmsgRings? _rings;
    private bool _littleEndian = true;

    /// <summary>A bus without rings; endpoints can be created at once.</summary>
    /// <param name="options">Sizes.</param>
    /// <param name="handler">Is told what happens.</param>
    /// <param name="keeper">Records what a successor must know; null: nobody does.</param>
    public RpmsgBus(RpmsgOptions options, IRpmsgHandler handler, IRpmsgKeeper? keeper = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(handler);
        _options = options;
        _handler = handler;
        _keeper = keeper;
        _control = new ControlQueue(keeper);
    }

    /// <summary>Counts over all lives, those of the rings included.</summary>
    public RpmsgCounters Counters { get; } = new();

    /// <summary>Bytes of the longest message (without its header).</summary>
    public int MaximumPayload => _options.MaximumPayload;

    /// <summary>Negotiated features of the current life; 0 while detached.</summary>
    public ulong Features { get; private set; }

    /// <summary>There are rings: between Attach and Detach.</summary>
    [MemberNotNullWhen(true, nameof(_rings))]
    public bool Attached => _rings is not null;

    /// <summary>Local endpoints; a live view, not to be changed while it is enumerated.</summary>
    public IReadOnlyCollection<RpmsgEndpoint> Endpoints => _endpoints.All;

    /// <summary>Live announcements of the other side; a live view, not to be changed while it is enumerated.</summary>
    public IReadOnlyCollection<(string Name, uint Address)> Announcements => _remote;

    /// <summary>Begins a life of the device: call it once the driver has said DRIVER_OK. Every announced endpoint is announced anew. InvalidOperationException: still attached.</summary>
    /// <param name="rings">The new life's rings; the bus is their only user until Detach.</param>
    /// <param name="features">Negotiated. Without <see cref="RpmsgFeatures.NameService"/> nothing is announced, without <see cref="RpmsgFeatures.Flow"/> no flow message is sent, without <see cref="RpmsgFeatures.AddressService"/> nothing is assigned.
    /// With the last one a driver's messages need room for 44 bytes (ArgumentException).</param>
    public void Attach(RpmsgRings rings, ulong features)
    {
        ArgumentNullException.ThrowIfNull(rings);
        Take(rings, features);
        if (Has(RpmsgFeatures.NameService))
        {
            foreach (RpmsgEndpoint endpoint in _announced)
            {
                _control.Announce(endpoint, AnnouncesAddressService);
            }
        }

        FlushQueued();
    }

    /// <summary>Ends the life (reset, fault): the rings are not touched any more, a held message and queued control messages are dropped with them, the other side's services are withdrawn
    /// (<see cref="IRpmsgHandler.OnWithdrawn"/> for each), learnt and assigned destinations are forgotten. Endpoints stay. Does nothing while detached.</summary>
    public void Detach()
    {
        if (!Attached)
        {
            return;
        }

        _rings = null;
        Features = 0;
        _reserved = false;
        _held = false;
        _heldEndpoint = null;
        _control.Clear();
        _assignments.Clear();
        foreach (RpmsgEndpoint endpoint in _endpoints.All)
        {
            endpoint.ForgetBound();
            endpoint.ForgetLearntRemote();
        }

        // A copy: the handler may attach the bus again from inside.
        (string Name, uint Address)[] withdrawn = [.. _remote];
        _remote.Clear();
        foreach ((string name, uint address) in withdrawn)
        {
            _handler.OnWithdrawn(name, address);
        }
    }

    /// <summary>Adds an endpoint, attached or not.</summary>
    /// <param name="name">0..31 characters between U+0001 and U+00FF (ArgumentException); only a name that is not empty can be announced.</param>
    /// <param name="address">A fixed address, or null for the next dynamic one (1024..65535, given out in a circle).</param>
    /// <param name="remote">Where it sends to, or ANY: the source of the first message that arrives.</param>
    /// <exception cref="RpmsgException">The address is reserved or taken, or all dynamic ones are.</exception>
    public RpmsgEndpoint CreateEndpoint(string name, uint? address = null, uint remote = RpmsgAddress.Any)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name.Length > 0 && !NameServiceMessage.IsValidName(name))
        {
            throw new ArgumentException("a name has at most 31 characters between U+0001 and U+00FF", nameof(name));
        }

        return _endpoints.Add(name, address, remote);
    }

    /// <summary>Dynamic addresses are given out from this one on, in a circle (1024..65535, else ArgumentOutOfRangeException). What is still on its way to an endpoint of an earlier process of this name then does not meet a newcomer.</summary>
    public void GiveAddressesFrom(uint address) => _endpoints.GoOnFrom(address);

    /// <summary>Withdraws the endpoint if it is announced and removes it: from now on nothing is handed to it, a held message neither (the next Pump counts it as UnknownAddress). Does nothing if it has gone already.</summary>
    public void DestroyEndpoint(RpmsgEndpoint endpoint)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        if (_endpoints.Remove(endpoint))
        {
            Withdraw(endpoint);
        }
    }

    /// <summary>Tells the other side that the endpoint exists, in this and every later life, until Withdraw. Sent at once or when a buffer is free, before all data sent later on this bus. Does nothing if it is announced already.</summary>
    /// <exception cref="ArgumentException">The endpoint has no name or is not on this bus.</exception>
    public void Announce(RpmsgEndpoint endpoint)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        if (endpoint.Name.Length == 0 || !_endpoints.Contains(endpoint))
        {
            throw new ArgumentException("only a live endpoint with a name can be announced", nameof(endpoint));
        }

        if (endpoint.IsAnnounced)
        {
            return;
        }

        endpoint.IsAnnounced = true;
        _announced.Add(endpoint);
        if (Has(RpmsgFeatures.NameService))
        {
            _control.Announce(endpoint, AnnouncesAddressService);
            FlushQueued();
        }
    }

    /// <summary>Tells the other side that the service has gone; ordered like Announce. If the announcement has not been sent yet, neither is. What was assigned to it is forgotten. Does nothing if it is not announced.</summary>
    public void Withdraw(RpmsgEndpoint endpoint)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        if (!endpoint.IsAnnounced || !_announced.Remove(endpoint))
        {
            return;
        }

        endpoint.IsAnnounced = false;
        endpoint.ForgetBound();
        if (Has(RpmsgFeatures.NameService))
        {
            _control.Withdraw(endpoint);
            FlushQueued();
        }
    }

    private bool Has(ulong feature) => (Features & feature) != 0;
}
