namespace Bridge.Rpmsg;

// Receiving. A bad message is counted, its buffer given back, and the ring keeps moving (trap 5).
public sealed partial class RpmsgBus
{
    // The message at which draining stopped: the handler holds it, or threw. Its token is valid while _held.
    private bool _held;
    private int _heldToken;

    // The endpoint that it was offered to, if it got that far: a newcomer at the same fixed address must not get it.
    private RpmsgEndpoint? _heldEndpoint;

    private bool _pumping;

    /// <summary>A message is held: reception goes on when Pump is called and the handler takes it.</summary>
    public bool Held => _held;

    /// <summary>Sends queued control messages and hands out received ones, a held message first.</summary>
    /// <param name="budget">Most messages to take, at least 1 (ArgumentOutOfRangeException).</param>
    /// <returns>True: call again soon. The budget was used up, or a buffer has become free for a sender that was told to hold back (let it try before the next call).
    /// False: drained, held, detached, or called from inside a callback of the handler, which does nothing.</returns>
    public bool Pump(int budget)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(budget, 1);
        if (_pumping || !Attached)
        {
            return false;
        }

        _pumping = true;
        try
        {
            _reserved = false;
            FlushControl();
            bool more = Drain(budget);
            _reserved = false;
            FlushControl();
            return WakeSender() || more;
        }
        finally
        {
            _pumping = false;
        }
    }

    /// <summary>Asks the rings for the notifications that this bus waits for: received messages unless one is held, free transmit buffers if <see cref="TransmitBlocked"/>. To be called before sleeping.</summary>
    /// <returns>True: some of it is there already; pump again.</returns>
    public bool Arm() => Attached && _rings.Arm(receive: !_held, transmit: TransmitBlocked);

    private bool Drain(int budget)
    {
        // The handler may detach the bus, and attach it to other rings, from inside any callback.
        RpmsgRings rings = _rings!;
        while (budget-- > 0)
        {
            ReadOnlySpan<byte> message;
            if (_held)
            {
                message = rings.GetMessage(_heldToken);
            }
            else if (rings.TryReceive(out message, out int token))
            {
                // Held until the handler has taken it: should it throw, the message is offered again.
                _held = true;
                _heldToken = token;
            }
            else
            {
                return false;
            }

            bool taken = Dispatch(message);
            if (!ReferenceEquals(rings, _rings) || !taken)
            {
                return false;
            }

            _held = false;
            _heldEndpoint = null;
            rings.Release(_heldToken);
        }

        return true;
    }

    private bool WakeSender()
    {
        if (!_senderWaits || !Attached || !_control.IsEmpty || !_rings.TryReserve(out _))
        {
            return false;
        }

        _senderWaits = false;
        return true;
    }

    private bool Dispatch(ReadOnlySpan<byte> message)
    {
        if (!RpmsgHeader.TryRead(message, _littleEndian, out RpmsgHeader header))
        {
            Counters.ShortHeader++;
            return true;
        }

        // At least 16 bytes from here on: the subtraction cannot go below zero (trap 6).
        if (header.Length > message.Length - RpmsgHeader.Size)
        {
            Counters.LengthBeyondBuffer++;
            return true;
        }

        ReadOnlySpan<byte> payload = message.Slice(RpmsgHeader.Size, header.Length);
        switch (header.Destination)
        {
            case RpmsgAddress.NameService when Has(RpmsgFeatures.NameService):
                OnNameService(payload);
                return Handled();
            case RpmsgAddress.AddressService when AnnouncesAddressService:
                OnAddressService(payload);
                return Handled();
            case RpmsgAddress.Flow when Has(RpmsgFeatures.Flow):
                OnFlow(payload);
                return Handled();
            default:
                return OnData(header, payload);
        }
    }

    private bool Handled()
    {
        // The handler may have ended the life.
        if (_rings is { } rings)
        {
            _keeper?.Handled(rings.ReceivePosition);
        }

        return true;
    }

    private bool OnData(in RpmsgHeader header, ReadOnlySpan<byte> payload)
    {
        RpmsgEndpoint? endpoint = _endpoints.Find(header.Destination);
        if (endpoint is null || (_heldEndpoint is not null && !ReferenceEquals(_heldEndpoint, endpoint)))
        {
            Counters.UnknownAddress++;
            return true;
        }

        _heldEndpoint = endpoint;
        endpoint.LearnRemote(header.Source);
        if (!_handler.OnMessage(endpoint, header.Source, payload))
        {
            return false;
        }

        Counters.Received++;
        Counters.ReceivedBytes += payload.Length;
        return true;
    }

    private void OnNameService(ReadOnlySpan<byte> payload)
    {
        bool valid = NameServiceMessage.TryRead(payload, _littleEndian, out NameServiceMessage message, out bool unterminated);
        if (unterminated)
        {
            Counters.UnterminatedName++;
        }

        if (!valid)
        {
            Counters.BadNameService++;
            return;
        }

        Counters.ControlReceived++;
        (string Name, uint Address) service = (message.Name, message.Address);
        if (message.IsDestroy)
        {
            if (_remote.Remove(service))
            {
                NoteWithdrawal(service.Name, service.Address);
                _handler.OnWithdrawn(service.Name, service.Address);
            }
            else
            {
                Counters.UnknownWithdrawal++;
            }
        }
        else if (_remote.Contains(service))
        {
            Counters.DuplicateAnnouncement++;
        }
        else if (_remote.Count >= _options.MaximumAnnouncements)
        {
            Counters.TooManyAnnouncements++;
        }
        else
        {
            _remote.Add(service);
            NoteAnnouncement(message);
            _handler.OnAnnounced(service.Name, service.Address);
        }
    }

    private void OnFlow(ReadOnlySpan<byte> payload)
    {
        if (!FlowMessage.TryRead(payload, out FlowMessage message))
        {
            Counters.BadFlow++;
            return;
        }

        Counters.ControlReceived++;
        _handler.OnFlow(message);
    }
}
