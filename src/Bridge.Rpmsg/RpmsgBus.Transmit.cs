namespace Bridge.Rpmsg;

// Sending. One reservation at a time; control messages overtake nothing and nothing overtakes them.
public sealed partial class RpmsgBus
{
    private readonly ControlQueue _control;

    // The owner has a span from TryReserve that it may still fill: control messages keep off that buffer until it is committed or given up.
    private bool _reserved;

    // A sender was told "no buffer"; it must be told when there is one.
    private bool _senderWaits;

    /// <summary>Somebody waits for a transmit buffer: ask for notifications of free ones before sleeping (<see cref="Arm"/> does).</summary>
    public bool TransmitBlocked => _senderWaits || !_control.IsEmpty;

    /// <summary>Room for the payload of one message in a transmit buffer, to be filled and committed.</summary>
    /// <param name="payload">Up to MaximumPayload bytes (fewer, but at least 40, where the driver lends smaller buffers). Valid until Commit, or until the next TryReserve, TrySend, Pump or Detach, which give it up.</param>
    /// <returns>False: hold the message back. No buffer is free, control messages wait for one, or there are no rings.</returns>
    public bool TryReserve(out Span<byte> payload)
    {
        _reserved = false;
        FlushControl();
        if (!Attached || !_control.IsEmpty || !_rings.TryReserve(out Span<byte> buffer))
        {
            _senderWaits = true;
            payload = default;
            return false;
        }

        _senderWaits = false;
        _reserved = true;
        payload = buffer[RpmsgHeader.Size..];
        payload = payload[..Math.Min(payload.Length, MaximumPayload)];
        return true;
    }

    /// <summary>How many messages could be sent now, one after the other; 0 while control messages wait. A chain that breaks a rule counts until it is looked at.</summary>
    public int CountFree() => Attached && _control.IsEmpty ? _rings.CountFree() : 0;

    /// <summary>Sends the reserved buffer.</summary>
    /// <param name="source">The sending endpoint's address.</param>
    /// <param name="destination">The receiver's address at the other side. ArgumentException: ANY.</param>
    /// <param name="length">Payload bytes, 0 to what was reserved (ArgumentOutOfRangeException).</param>
    /// <exception cref="InvalidOperationException">Nothing is reserved.</exception>
    public void Commit(uint source, uint destination, int length)
    {
        CheckDestination(destination);
        if (!_reserved || !Attached || !_rings.TryReserve(out Span<byte> buffer))
        {
            throw new InvalidOperationException("no transmit buffer is reserved");
        }

        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, Math.Min(buffer.Length - RpmsgHeader.Size, MaximumPayload));
        Send(_rings, buffer, source, destination, length);
        _reserved = false;
        Counters.Sent++;
        Counters.SentBytes += length;
        FlushControl();
    }

    /// <summary>Sends a copy of the payload, or nothing.</summary>
    /// <param name="source">The sending endpoint's address.</param>
    /// <param name="destination">The receiver's address at the other side. ArgumentException: ANY.</param>
    /// <param name="payload">0..MaximumPayload bytes (ArgumentException).</param>
    /// <returns>False: hold the message back, as TryReserve says.</returns>
    /// <exception cref="RpmsgException">MessageTooLong: the driver lends smaller buffers than configured, and it does not fit.</exception>
    public bool TrySend(uint source, uint destination, ReadOnlySpan<byte> payload)
    {
        CheckDestination(destination);
        if (payload.Length > MaximumPayload)
        {
            throw new ArgumentException($"{payload.Length} bytes are more than the {MaximumPayload} of a message", nameof(payload));
        }

        if (!TryReserve(out Span<byte> room))
        {
            return false;
        }

        if (payload.Length > room.Length)
        {
            _reserved = false;
            throw new RpmsgException(RpmsgError.MessageTooLong, $"{payload.Length} bytes do not fit into the driver's buffers of {room.Length}");
        }

        payload.CopyTo(room);
        Commit(source, destination, payload.Length);
        return true;
    }

    /// <summary>Sends a flow message, ordered like announcements. While it waits for a buffer: of one pair at most a Close, an Open and a Credit wait.
    /// A newer one replaces an older of its kind, an Open or Close drops the pair's Credit, and a Close takes back the pair's Open, so that neither is sent. Does nothing while detached or where <see cref="RpmsgFeatures.Flow"/> was not negotiated.</summary>
    public void SendFlow(in FlowMessage message)
    {
        if (!Has(RpmsgFeatures.Flow))
        {
            return;
        }

        _control.Flow(message);
        FlushQueued();
    }

    private static void CheckDestination(uint destination)
    {
        if (destination == RpmsgAddress.Any)
        {
            throw new ArgumentException("the destination is not known yet (ANY)", nameof(destination));
        }
    }

    /// <summary>Sends the control messages that wait, as far as there are buffers. For owners with a keeper, who have queued some outside of <see cref="Pump"/>.</summary>
    public void Flush() => FlushControl();

    /// <summary>Something was queued. Where it is recorded it waits for the next <see cref="Pump"/> or <see cref="TryReserve"/>: until then whoever queues it may have more to do that belongs to it.</summary>
    private void FlushQueued()
    {
        if (_keeper is null)
        {
            FlushControl();
        }
    }

    private void FlushControl()
    {
        if (_reserved || _control.IsEmpty || !Attached)
        {
            return;
        }

        _keeper?.Commit();
        // A message leaves the queue only after its buffer was published: a fault in between repeats it in no life, since Detach clears the queue.
        while (_control.TryPeek(out LinkedListNode<ControlMessage>? node) && _rings.TryReserve(out Span<byte> buffer))
        {
            _keeper?.Publishing(node.ValueRef.Number, _rings.TransmitPosition);
            ref readonly ControlMessage message = ref node.ValueRef;
            Span<byte> payload = buffer[RpmsgHeader.Size..];
            switch (message.Kind)
            {
                case ControlKind.NameService:
                    message.Service.Write(payload, _littleEndian);
                    Send(_rings, buffer, message.Service.Address, RpmsgAddress.NameService, NameServiceMessage.Size);
                    break;
                case ControlKind.AddressService:
                    // From our endpoint, as the series sends it.
                    message.Assignment.Write(payload, _littleEndian);
                    Send(_rings, buffer, message.Assignment.Destination, RpmsgAddress.AddressService, AddressServiceMessage.Size);
                    break;
                default:
                    message.Flow.Write(payload);
                    Send(_rings, buffer, message.Flow.Source, RpmsgAddress.Flow, FlowMessage.Size);
                    break;
            }

            _control.Published(node);
            Counters.ControlSent++;
        }
    }

    private void Send(RpmsgRings rings, Span<byte> buffer, uint source, uint destination, int length)
    {
        new RpmsgHeader(source, destination, (ushort)length).Write(buffer, _littleEndian);
        rings.Commit(RpmsgHeader.Size + length);
    }
}
