namespace Bridge.Rpmsg;

/// <summary>The local endpoints by address. Dynamic addresses go round in a circle, so that a message to an endpoint that has gone does not meet a newcomer (trap 15).</summary>
internal sealed class EndpointTable
{
    private const int DynamicAddresses = (int)(RpmsgAddress.LastDynamic - RpmsgAddress.FirstDynamic + 1);

    private readonly Dictionary<uint, RpmsgEndpoint> _byAddress = [];
    private uint _next = RpmsgAddress.FirstDynamic;
    private int _dynamicTaken;

    public Dictionary<uint, RpmsgEndpoint>.ValueCollection All => _byAddress.Values;

    /// <summary>Adds an endpoint at that address, or at the next free dynamic one. RpmsgException: reserved, taken, exhausted.</summary>
    public RpmsgEndpoint Add(string name, uint? address, uint remote)
    {
        uint chosen = address is uint wanted ? CheckFixed(wanted) : NextDynamic();
        var endpoint = new RpmsgEndpoint(name, chosen, remote);
        _byAddress.Add(chosen, endpoint);
        if (IsDynamic(chosen))
        {
            _dynamicTaken++;
        }

        return endpoint;
    }

    /// <summary>The circle goes on from there: a dynamic address, else ArgumentOutOfRangeException.</summary>
    public void GoOnFrom(uint address) =>
        _next = IsDynamic(address) ? address : throw new ArgumentOutOfRangeException(nameof(address), address, $"must be {RpmsgAddress.FirstDynamic}..{RpmsgAddress.LastDynamic}");

    /// <summary>False: the endpoint is not (or no longer) in the table.</summary>
    public bool Remove(RpmsgEndpoint endpoint)
    {
        if (!Contains(endpoint))
        {
            return false;
        }

        _byAddress.Remove(endpoint.Address);
        if (IsDynamic(endpoint.Address))
        {
            _dynamicTaken--;
        }

        return true;
    }

    /// <summary>True: that endpoint itself, not only its address, is here.</summary>
    public bool Contains(RpmsgEndpoint endpoint) => ReferenceEquals(Find(endpoint.Address), endpoint);

    public RpmsgEndpoint? Find(uint address) => _byAddress.GetValueOrDefault(address);

    private static bool IsDynamic(uint address) => address is >= RpmsgAddress.FirstDynamic and <= RpmsgAddress.LastDynamic;

    private uint CheckFixed(uint address)
    {
        if (RpmsgAddress.IsReserved(address))
        {
            throw new RpmsgException(RpmsgError.AddressReserved, $"address {address} is reserved");
        }

        return _byAddress.TryGetValue(address, out RpmsgEndpoint? owner)
            ? throw new RpmsgException(RpmsgError.AddressInUse, $"address {address} is taken by '{owner.Name}'")
            : address;
    }

    private uint NextDynamic()
    {
        if (_dynamicTaken == DynamicAddresses)
        {
            throw new RpmsgException(RpmsgError.AddressExhausted, "all dynamic addresses (1024..65535) are taken");
        }

        // Ends: at least one address of the circle is free.
        uint address;
        do
        {
            address = _next;
            _next = address == RpmsgAddress.LastDynamic ? RpmsgAddress.FirstDynamic : address + 1;
        }
        while (_byAddress.ContainsKey(address));
        return address;
    }
}
