namespace Bridge.Rpmsg;

// The address service of the 2020 vhost series: the virtio side tells a service of the vhost side who opened an endpoint to it, before either has sent anything.
public sealed partial class RpmsgBus
{
    /// <summary>Destinations that one endpoint can be assigned at the same time: a stranger cannot make us remember more.</summary>
    public const int MaximumDestinations = 1024;

    // Virtio side only.
    private readonly Assignments _assignments = new();

    private bool AnnouncesAddressService => Has(RpmsgFeatures.AddressService) && _rings?.Role == RpmsgRole.Device;

    private bool AssignsAddresses => Has(RpmsgFeatures.AddressService) && _rings?.Role == RpmsgRole.Driver;

    /// <summary>Virtio side: a local endpoint was opened to an announced service. If the announcement asked for it (AS_ANNOUNCE), the other side gets an ASSIGN, ordered like announcements: at once or when a buffer
    /// is free, before all data sent later on this bus. Else, and for a pair that was assigned already, does nothing. Forgotten by Detach.</summary>
    /// <param name="name">The service's name as announced.</param>
    /// <param name="local">Our endpoint's address.</param>
    /// <param name="remote">The announced address.</param>
    public void Assign(string name, uint local, uint remote)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (_assignments.TryAssign(name, local, remote))
        {
            _control.Assign(new AddressServiceMessage(name, local, remote, AddressServiceFlags.Assign));
            FlushQueued();
        }
    }

    /// <summary>Virtio side: what was assigned is over. Call it before the endpoint is destroyed. Ordered like <see cref="Assign"/>; an ASSIGN that still waits for a buffer is taken back and neither is sent.
    /// Does nothing for a pair that is not assigned. When the other side withdraws the service, the bus frees its pairs by itself.</summary>
    /// <param name="name">The service's name as announced.</param>
    /// <param name="local">Our endpoint's address.</param>
    /// <param name="remote">The announced address.</param>
    public void Free(string name, uint local, uint remote)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (_assignments.TryFree(name, local, remote))
        {
            QueueFree(name, local, remote);
            FlushQueued();
        }
    }

    /// <summary>The announcement is new here.</summary>
    private void NoteAnnouncement(in NameServiceMessage message)
    {
        if (AssignsAddresses && (message.Flags & NameServiceFlags.AddressServiceAnnounce) != 0)
        {
            _assignments.Announced(message.Name, message.Address);
        }
    }

    /// <summary>
    /// The announcement has gone. Its pairs are freed as the series' virtio side does when a channel is removed: the service may be announced anew before an
    /// ASSIGN that is under way arrives, and would else stay bound to an endpoint that is no more.
    /// </summary>
    private void NoteWithdrawal(string name, uint remote)
    {
        foreach (uint local in _assignments.Withdrawn(name, remote))
        {
            QueueFree(name, local, remote);
        }
    }

    private void QueueFree(string name, uint local, uint remote) =>
        _control.Free(new AddressServiceMessage(name, local, remote, AddressServiceFlags.Free));

    /// <summary>Vhost side: a message to address 54.</summary>
    private void OnAddressService(ReadOnlySpan<byte> payload)
    {
        bool valid = AddressServiceMessage.TryRead(payload, _littleEndian, out AddressServiceMessage message, out bool unterminated);
        if (unterminated)
        {
            Counters.UnterminatedName++;
        }

        if (!valid)
        {
            Counters.BadAddressService++;
            return;
        }

        Counters.ControlReceived++;
        uint destination = message.Destination;
        RpmsgEndpoint? endpoint = _endpoints.Find(message.Source);

        // A CREATE that has not left yet: the message is about an earlier one.
        if (endpoint is not { IsAnnounced: true, QueuedCreate: null } || endpoint.Name != message.Name)
        {
            Counters.AddressServiceUnknown++;
        }
        else if (!message.IsAssign)
        {
            Apply(endpoint, destination, BindingEvent.Free);
        }
        else if (RpmsgAddress.IsReserved(destination))
        {
            Counters.AddressServiceReserved++;
        }
        else if (endpoint.IsBoundTo(destination))
        {
            Apply(endpoint, destination, BindingEvent.Assign);
        }
        else if (endpoint.BoundCount >= MaximumDestinations)
        {
            Counters.AddressServiceTooMany++;
        }
        else
        {
            OfferDestination(endpoint, destination);
        }
    }

    private void OfferDestination(RpmsgEndpoint endpoint, uint destination)
    {
        RpmsgRings? rings = _rings;
        bool wanted = _handler.OnAssigned(endpoint, destination);

        // The handler may have ended the life, or withdrawn the endpoint, from inside: then there is nothing to bind.
        if (!wanted || (ReferenceEquals(rings, _rings) && endpoint.IsAnnounced))
        {
            Apply(endpoint, destination, wanted ? BindingEvent.Assign : BindingEvent.AssignUnwanted);
        }
    }

    private void Apply(RpmsgEndpoint endpoint, uint destination, BindingEvent happened)
    {
        BindingState before = endpoint.IsBoundTo(destination) ? BindingState.Bound : BindingState.Unbound;
        (BindingState after, BindingOutcome outcome) = BindingStates.Next(before, happened);
        endpoint.SetBound(destination, after);
        switch (outcome)
        {
            case BindingOutcome.Assigned:
                endpoint.LearnRemote(destination);
                break;
            case BindingOutcome.Freed:
                _handler.OnFreed(endpoint, destination);
                break;
            case BindingOutcome.Busy:
                Counters.AddressServiceBusy++;
                break;
            default:
                Counters.AddressServiceNotBound++;
                break;
        }
    }
}
