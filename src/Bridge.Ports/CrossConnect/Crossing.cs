using Bridge.Rpmsg;

namespace Bridge.Ports.CrossConnect;

/// <summary>
/// One direction of a cross-connect: takes what one driver sends and puts it into the other driver's ring. A message is given back to its sender (used) only when it stands
/// in the other ring, so that whoever looks at both rings after a sudden end finds it in one of them at least.
/// </summary>
internal sealed class Crossing(CrossConnectSide from, CrossConnectSide to, int storeCapacity, int maximumPayload)
{
    // Messages per pump, so that the other direction has its turn.
    private const int Budget = 256;

    private readonly MessageStore _store = new(storeCapacity, maximumPayload);
    private int? _held;
    private RpmsgHeader _heldHeader;

    /// <summary>A message is taken for which the receiver has lent no buffer: this direction waits.</summary>
    public bool IsBlocked { get; private set; }

    /// <summary>The receiver's next buffer is waited for.</summary>
    public bool WaitsForBuffer { get; private set; }

    /// <summary>Messages in the store.</summary>
    public int Stored => _store.Count;

    /// <summary>Moves what can be moved. True if there was anything.</summary>
    public bool Move()
    {
        IsBlocked = false;
        int left = Budget;
        while (left > 0)
        {
            WaitsForBuffer = !Flush(ref left);
            if (_held is not { } token)
            {
                if (!Take())
                    break;
                // What was taken may be a name, which goes before what follows it.
                left--;
                continue;
            }

            if (WaitsForBuffer || !TryPass(_heldHeader, HeldPayload(token)))
            {
                IsBlocked = WaitsForBuffer = true;
                break;
            }

            Release(token);
            left--;
        }

        return left < Budget;
    }

    /// <summary>
    /// Takes the waiting message into the store, if there is room: for the moment when both directions wait. Else a sender that blocks in a callback, its own buffers unreturned
    /// meanwhile, could wait for the other one that does the same.
    /// </summary>
    public bool StoreHeld()
    {
        if (_held is not { } token || _store.IsFull)
            return false;
        _store.Add(_heldHeader, HeldPayload(token));
        from.Counters.Stored++;
        Release(token);
        return true;
    }

    /// <summary>The sender's rings are gone, and with them what was held.</summary>
    public void OnSenderStopped() => _held = null;

    /// <summary>The receiver's rings are gone: what waited for them was for endpoints that are gone too.</summary>
    /// <returns>How many messages are lost.</returns>
    public int OnReceiverStopped()
    {
        int lost = _store.Clear();
        if (_held is { } token)
        {
            Release(token);
            lost++;
        }

        from.Counters.LostAtReset += lost;
        return lost;
    }

    private ReadOnlySpan<byte> HeldPayload(int token) => from.Rings!.GetMessage(token).Slice(RpmsgHeader.Size, _heldHeader.Length);

    private void Release(int token)
    {
        from.Rings!.Release(token);
        _held = null;
    }

    /// <summary>Sends what comes before any new message. False: the receiver has no buffer.</summary>
    private bool Flush(ref int left)
    {
        if (to.Rings is null)
            return true;
        for (; _store.Count > 0; left--)
        {
            ReadOnlySpan<byte> payload = _store.PeekFirst(out RpmsgHeader header);
            if (left == 0 || !TryPass(header, payload))
                return false;
            _store.RemoveFirst();
        }

        for (; to.SpeaksNames && from.Names.Due > 0; left--)
        {
            if (left == 0 || !TryTellName())
                return false;
        }

        return true;
    }

    private bool TryTellName()
    {
        if (!to.Rings!.TryReserve(out Span<byte> buffer))
            return false;
        NameServiceMessage message = from.Names.PeekDue();
        new RpmsgHeader(message.Address, RpmsgAddress.NameService, NameServiceMessage.Size).Write(buffer, to.LittleEndian);
        message.Write(buffer.Slice(RpmsgHeader.Size, NameServiceMessage.Size), to.LittleEndian);
        to.Rings.Commit(RpmsgHeader.Size + NameServiceMessage.Size);
        from.Names.Sent();
        to.Counters.NamesSent++;
        return true;
    }

    /// <summary>Puts a message into the receiver's ring, its addresses unchanged. False: there is no buffer.</summary>
    private bool TryPass(in RpmsgHeader header, ReadOnlySpan<byte> payload)
    {
        if (!to.Rings!.TryReserve(out Span<byte> buffer))
            return false;
        int length = RpmsgHeader.Size + payload.Length;
        if (length > buffer.Length)
        {
            from.OnTooLong();
            return true;
        }

        header.Write(buffer, to.LittleEndian);
        payload.CopyTo(buffer[RpmsgHeader.Size..]);
        to.Rings.Commit(length);
        from.Counters.Passed++;
        from.Counters.PassedBytes += payload.Length;
        return true;
    }

    /// <summary>Takes one chain. False: there is none.</summary>
    private bool Take()
    {
        if (from.Rings is not { } rings || !rings.TryReceive(out ReadOnlySpan<byte> message, out int token))
            return false;
        from.Counters.Received++;
        if (IsToBePassed(message))
            _held = token;
        else
            rings.Release(token);
        return true;
    }

    private bool IsToBePassed(ReadOnlySpan<byte> message)
    {
        if (!RpmsgHeader.TryRead(message, from.LittleEndian, out _heldHeader))
        {
            from.Counters.ShortHeader++;
            return false;
        }

        if (_heldHeader.Length > message.Length - RpmsgHeader.Size)
        {
            from.Counters.LengthBeyondBuffer++;
            return false;
        }

        switch (_heldHeader.Destination)
        {
            case RpmsgAddress.NameService when from.SpeaksNames:
                from.OnNameService(message.Slice(RpmsgHeader.Size, _heldHeader.Length));
                return false;
            case RpmsgAddress.NameService or RpmsgAddress.Any:
                from.Counters.UnknownAddress++;
                return false;
            case var _ when to.Rings is null:
                from.OnNoDriver();
                return false;
            default:
                return true;
        }
    }
}
