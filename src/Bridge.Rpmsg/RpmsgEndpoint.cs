namespace Bridge.Rpmsg;

/// <summary>A local endpoint: an address at which messages arrive. Made and ended by <see cref="RpmsgBus"/>, and owned by its thread.</summary>
public sealed class RpmsgEndpoint
{
    private uint _remote;
    private bool _learnt;

    // Destinations assigned by the address service; null until there was one.
    private HashSet<uint>? _bound;

    internal RpmsgEndpoint(string name, uint address, uint remote)
    {
        Name = name;
        Address = address;
        _remote = remote;
    }

    /// <summary>This endpoint's address; unique on its bus while it lives.</summary>
    public uint Address { get; }

    /// <summary>Name under which it may be announced: 0..31 characters, one per byte (Latin-1).</summary>
    public string Name { get; }

    /// <summary>Where it sends to. <see cref="RpmsgAddress.Any"/> until learnt from the first message or assignment that arrives, or given here. A learnt one is forgotten when the bus detaches or the address service frees it, a given one is kept.</summary>
    public uint Remote
    {
        get => _remote;
        set
        {
            _remote = value;
            _learnt = false;
        }
    }

    /// <summary>Whatever the owner wants to find again here.</summary>
    public object? Tag { get; set; }

    /// <summary>Should be known to the other side in every life of the device, from Announce to Withdraw.</summary>
    internal bool IsAnnounced { get; set; }

    /// <summary>Its CREATE, while that waits for a buffer.</summary>
    internal LinkedListNode<ControlMessage>? QueuedCreate { get; set; }

    /// <summary>How many destinations are assigned.</summary>
    internal int BoundCount => _bound?.Count ?? 0;

    internal bool IsBoundTo(uint destination) => _bound is not null && _bound.Contains(destination);

    internal void SetBound(uint destination, BindingState state)
    {
        if (state == BindingState.Bound)
        {
            (_bound ??= []).Add(destination);
        }
        else if (_bound is not null && _bound.Remove(destination) && _remote == destination)
        {
            ForgetLearntRemote();
        }
    }

    internal void ForgetBound() => _bound?.Clear();

    internal void LearnRemote(uint source)
    {
        if (_remote == RpmsgAddress.Any && source != RpmsgAddress.Any)
        {
            _remote = source;
            _learnt = true;
        }
    }

    internal void ForgetLearntRemote()
    {
        if (_learnt)
        {
            _remote = RpmsgAddress.Any;
            _learnt = false;
        }
    }
}
