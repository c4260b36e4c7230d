namespace Bridge.Rpmsg;

/// <summary>What a bus and its rings have counted since the bus was made, over all lives of the device. Written by the bus's thread; other threads may read and see slightly old values.</summary>
public sealed class RpmsgCounters
{
    /// <summary>Messages of endpoints sent.</summary>
    public long Sent { get; internal set; }

    /// <summary>Messages handed to endpoints.</summary>
    public long Received { get; internal set; }

    /// <summary>Payload bytes of <see cref="Sent"/>.</summary>
    public long SentBytes { get; internal set; }

    /// <summary>Payload bytes of <see cref="Received"/>.</summary>
    public long ReceivedBytes { get; internal set; }

    /// <summary>Name service, address service and flow messages sent.</summary>
    public long ControlSent { get; internal set; }

    /// <summary>Well-formed name service, address service and flow messages received.</summary>
    public long ControlReceived { get; internal set; }

    /// <summary>Ignored: fewer than 16 bytes.</summary>
    public long ShortHeader { get; internal set; }

    /// <summary>Ignored: the header's length is beyond the buffer, or beyond the length that was reported for it.</summary>
    public long LengthBeyondBuffer { get; internal set; }

    /// <summary>Name service and address service messages whose name had no NUL; it was cut to 31 bytes.</summary>
    public long UnterminatedName { get; internal set; }

    /// <summary>Ignored name service messages: not 40 bytes, an empty name, the address ANY.</summary>
    public long BadNameService { get; internal set; }

    /// <summary>Ignored: nobody is at the destination, or it is a service that was not negotiated.</summary>
    public long UnknownAddress { get; internal set; }

    /// <summary>Ignored: a CREATE for a name and address that are announced already.</summary>
    public long DuplicateAnnouncement { get; internal set; }

    /// <summary>Ignored: a CREATE beyond <see cref="RpmsgOptions.MaximumAnnouncements"/>.</summary>
    public long TooManyAnnouncements { get; internal set; }

    /// <summary>Ignored: a DESTROY for a name and address that are not announced.</summary>
    public long UnknownWithdrawal { get; internal set; }

    /// <summary>Ignored flow messages: not 16 bytes, or an unknown kind.</summary>
    public long BadFlow { get; internal set; }

    /// <summary>Ignored address service messages (EINVAL): not 44 bytes, or an empty name.</summary>
    public long BadAddressService { get; internal set; }

    /// <summary>Ignored address service messages (ENODEV): no announced endpoint has that name and address. A FREE that meets our own DESTROY on its way is ordinary.</summary>
    public long AddressServiceUnknown { get; internal set; }

    /// <summary>Ignored ASSIGNs (EBUSY): the destination is bound already, or the service wants no further one.</summary>
    public long AddressServiceBusy { get; internal set; }

    /// <summary>Ignored ASSIGNs (EINVAL): the destination is ANY or one of the bus's own addresses.</summary>
    public long AddressServiceReserved { get; internal set; }

    /// <summary>Ignored ASSIGNs (ENOSPC): the endpoint has <see cref="RpmsgBus.MaximumDestinations"/> destinations.</summary>
    public long AddressServiceTooMany { get; internal set; }

    /// <summary>Ignored FREEs: the destination is not bound.</summary>
    public long AddressServiceNotBound { get; internal set; }

    /// <summary>Chains given back unused because they broke a rule of virtio or pointed outside the window.</summary>
    public long RingFaults { get; internal set; }

    /// <summary>Chains given back unused because they cannot hold 56 bytes (a name service message), those without a writable byte included.</summary>
    public long BufferTooSmall { get; internal set; }

    /// <summary>Received buffers for which more bytes were reported than they have; the report was cut.</summary>
    public long ReportBeyondBuffer { get; internal set; }

    /// <summary>Notifications of vq0 that were not given because the other side did not want them.</summary>
    public long SuppressedQueue0 { get; internal set; }

    /// <summary>Notifications of vq1 that were not given because the other side did not want them.</summary>
    public long SuppressedQueue1 { get; internal set; }

    /// <summary>Takes over what rings counted before they were attached to a bus.</summary>
    internal void AddRings(RpmsgCounters rings)
    {
        RingFaults += rings.RingFaults;
        BufferTooSmall += rings.BufferTooSmall;
        ReportBeyondBuffer += rings.ReportBeyondBuffer;
    }
}
