namespace Bridge.Rpmsg;

// A life of the device that goes on after the process that had it was killed.
public sealed partial class RpmsgBus
{
    /// <summary>Where the transmit ring stands: the index that the next message moves, modulo 2^16. 0 while detached.</summary>
    public ushort TransmitPosition => _rings?.TransmitPosition ?? 0;

    /// <summary>Where the receive ring stands: the index that the next release moves, modulo 2^16. 0 while detached.</summary>
    public ushort ReceivePosition => _rings?.ReceivePosition ?? 0;

    /// <summary>Goes on with a life that a predecessor had: nothing is announced anew, nothing is sent. Endpoints, announced ones announced, must have been made before. InvalidOperationException: still attached.</summary>
    /// <param name="rings">The life's, as they were found.</param>
    /// <param name="features">Negotiated.</param>
    public void Resume(RpmsgRings rings, ulong features)
    {
        ArgumentNullException.ThrowIfNull(rings);
        Take(rings, features);
    }

    /// <summary>An announcement of the other side that the predecessor knew; the handler is not told.</summary>
    /// <param name="name">1..31 characters.</param>
    /// <param name="address">Where it listens.</param>
    /// <param name="asksForAssignment">As <see cref="AsksForAssignment"/> told the predecessor.</param>
    public void RestoreAnnouncement(string name, uint address, bool asksForAssignment)
    {
        ArgumentNullException.ThrowIfNull(name);
        _remote.Add((name, address));
        if (asksForAssignment)
        {
            _assignments.Announced(name, address);
        }
    }

    /// <summary>The announcement wants to be told who opens an endpoint to it (AS_ANNOUNCE).</summary>
    public bool AsksForAssignment(string name, uint address) => _assignments.IsAnnounced(name, address);

    /// <summary>What the address service has told one side about the other: virtio side, our endpoint was assigned to an announced one; vhost side, the peer was assigned to our endpoint.</summary>
    /// <param name="endpoint">Ours.</param>
    /// <param name="service">The announced name.</param>
    /// <param name="remote">The other side's address.</param>
    public void RestoreAssignment(RpmsgEndpoint endpoint, string service, uint remote)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        if (AssignsAddresses)
        {
            _assignments.TryAssign(service, endpoint.Address, remote);
        }
        else if (AnnouncesAddressService && endpoint.IsAnnounced)
        {
            endpoint.SetBound(remote, BindingState.Bound);
        }
    }

    /// <summary>A control message that the predecessor had queued; in the order in which it did. What makes no sense any more is not queued.</summary>
    /// <param name="number">Its number at the keeper.</param>
    /// <param name="message">What it says.</param>
    /// <returns>False: not queued.</returns>
    public bool RestoreControl(int number, in WaitingControl message)
    {
        RpmsgEndpoint? creates = null;
        if (message.Kind == ControlKind.NameService && ((NameServiceFlags)message.What & NameServiceFlags.Destroy) == 0)
        {
            creates = _endpoints.Find(message.Source);
            if (creates is not { IsAnnounced: true, QueuedCreate: null } || creates.Name != message.Name)
            {
                return false;
            }
        }

        return _control.TryRestore(number, message, creates);
    }

    /// <summary>Gives the oldest received message back unseen: the predecessor had dealt with it. False: there is none.</summary>
    public bool SkipReceived()
    {
        if (!Attached || _held || !_rings.TryReceive(out _, out int token))
        {
            return false;
        }

        _rings.Release(token);
        return true;
    }

    private void Take(RpmsgRings rings, ulong features)
    {
        if (Attached)
        {
            throw new InvalidOperationException("the bus is attached: detach it from the old rings first");
        }

        if ((features & RpmsgFeatures.AddressService) != 0 && rings.Role == RpmsgRole.Driver && MaximumPayload < AddressServiceMessage.Size)
        {
            throw new ArgumentException($"an address service message of {AddressServiceMessage.Size} bytes does not fit into messages of {MaximumPayload}", nameof(features));
        }

        Counters.AddRings(rings.Counters);
        rings.Counters = Counters;
        Features = features;
        _littleEndian = (features & Virtio.VirtioFeatures.Version1) != 0 || BitConverter.IsLittleEndian;
        _rings = rings;
    }
}
