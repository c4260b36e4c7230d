using Bridge.Virtio;

namespace Bridge.Rpmsg;

/// <summary>The device's side: reaches into the driver's rings and buffers. Not thread-safe.</summary>
/// <remarks>
/// Drivers send one descriptor per message, and that case is not copied here; virtio (2.7.4, message framing) allows any other cut, which is gathered or scattered through scratch memory.
/// <para>Used lengths: on vq0 what was written (Linux drops a buffer for good when it is below the message or above the buffer). On vq1 the specification says 0, but open-amp's driver takes
/// it for the size of the buffer that it gets back: the descriptors' length is returned, which Linux exempts from its check.</para>
/// </remarks>
public sealed class RpmsgDeviceRings : RpmsgRings
{
    private readonly Window _window;
    private readonly DeviceQueue _transmit;
    private readonly DeviceQueue _receive;
    private readonly int _bufferSize;

    private readonly Chain _transmitChain = new();
    private byte[]? _transmitScratch;
    private int _reservedLength;
    private bool _isReserved;
    private bool _isScattered;

    private readonly Chain _receiveChain = new();
    private readonly ReceivedChain[] _received; // by head, which is the token

    // As many as messages of several pieces were ever held at once.
    private readonly Stack<byte[]> _spareScratch = new();

    private bool _receiveArmed = true;
    private bool _transmitArmed;
    private bool _receivePublished;
    private bool _transmitPublished;

    /// <summary>Begins on rings of a driver that said DRIVER_OK.</summary>
    /// <param name="window">Memory that the driver's descriptors point into: the queues' window, against which they have checked every chain.</param>
    /// <param name="transmit">vq0: buffers that the driver lends for our messages.</param>
    /// <param name="receive">vq1: the driver's messages.</param>
    /// <param name="options">BufferSize bounds every message, whatever the driver's descriptors say.</param>
    public RpmsgDeviceRings(Window window, DeviceQueue transmit, DeviceQueue receive, RpmsgOptions options)
    {
        ArgumentNullException.ThrowIfNull(window);
        ArgumentNullException.ThrowIfNull(transmit);
        ArgumentNullException.ThrowIfNull(receive);
        ArgumentNullException.ThrowIfNull(options);
        _window = window;
        _transmit = transmit;
        _receive = receive;
        _bufferSize = options.BufferSize;
        _received = new ReceivedChain[receive.Size];

        // Each refilled buffer would else cost a notification; they are asked for only while a sender waits.
        _transmit.DisableNotifications();
    }

    /// <inheritdoc/>
    public override RpmsgRole Role => RpmsgRole.Device;

    /// <inheritdoc/>
    public override ushort TransmitPosition => _transmit.NextUsed;

    /// <inheritdoc/>
    public override ushort ReceivePosition => _receive.NextUsed;

    /// <inheritdoc/>
    public override bool TryReserve(out Span<byte> buffer)
    {
        if (!_isReserved && !TakeTransmitChain())
        {
            buffer = default;
            return false;
        }

        buffer = _isScattered
            ? _transmitScratch.AsSpan(0, _reservedLength)
            : _window.GetSpan(_transmitChain.Writable[0].Address, (uint)_reservedLength);
        return true;
    }

    /// <inheritdoc/>
    public override int CountFree() => _transmit.CountAvailable() + (_isReserved ? 1 : 0);

    /// <inheritdoc/>
    public override void Commit(int length)
    {
        if (!_isReserved)
        {
            throw new InvalidOperationException("no transmit buffer is reserved");
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(length, RpmsgHeader.Size);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, _reservedLength);
        if (_isScattered)
        {
            Scatter(_transmitScratch.AsSpan(0, length), _transmitChain.Writable);
        }

        _isReserved = false;
        GiveBack(_transmit, _transmitChain.Head, (uint)length);
    }

    /// <inheritdoc/>
    public override bool TryReceive(out ReadOnlySpan<byte> message, out int token)
    {
        if (_receiveArmed)
        {
            _receive.DisableNotifications();
            _receiveArmed = false;
        }

        if (!TakeReceiveChain())
        {
            message = default;
            token = -1;
            return false;
        }

        token = _receiveChain.Head;
        message = GetMessage(token);
        return true;
    }

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> GetMessage(int token)
    {
        ref ReceivedChain received = ref Received(token);
        return received.Gathered is { } gathered
            ? gathered.AsSpan(0, received.Length)
            : _window.GetSpan(received.Address, (uint)received.Length);
    }

    /// <inheritdoc/>
    public override void Release(int token)
    {
        ref ReceivedChain received = ref Received(token);
        if (received.Gathered is { } gathered)
        {
            _spareScratch.Push(gathered);
        }

        uint usedLength = received.UsedLength;
        received = default;
        GiveBack(_receive, (ushort)token, usedLength);
    }

    /// <inheritdoc/>
    public override int TakeNotifications()
    {
        int queues = QueueNotifications.None;
        if (_transmitPublished)
        {
            if (_transmit.ShouldNotify())
                queues |= QueueNotifications.Queue0;
            else
                Counters.SuppressedQueue0++;
        }

        if (_receivePublished)
        {
            if (_receive.ShouldNotify())
                queues |= QueueNotifications.Queue1;
            else
                Counters.SuppressedQueue1++;
        }

        _transmitPublished = false;
        _receivePublished = false;
        return queues;
    }

    /// <inheritdoc/>
    public override bool Arm(bool receive, bool transmit)
    {
        bool work = false;
        if (receive)
        {
            _receiveArmed = true;
            work |= _receive.EnableNotifications();
        }
        else if (_receiveArmed)
        {
            _receiveArmed = false;
            _receive.DisableNotifications();
        }

        if (transmit)
        {
            _transmitArmed = true;
            work |= _transmit.EnableNotifications() || _isReserved;
        }
        else
        {
            DisarmTransmit();
        }

        return work;
    }

    // Both walks end after one turn of the ring, so that a driver that offers nothing but bad chains cannot keep this thread; Arm sees what is left.
    private bool TakeReceiveChain()
    {
        for (int i = 0; i < _receive.Size && TryTake(_receive, _receiveChain, out bool isReturned); i++)
        {
            if (!isReturned)
            {
                Accept(_receiveChain);
                return true;
            }
        }

        return false;
    }

    private bool TakeTransmitChain()
    {
        for (int i = 0; i < _transmit.Size && TryTake(_transmit, _transmitChain, out bool isReturned); i++)
        {
            if (!isReturned && TryReserve(_transmitChain))
            {
                DisarmTransmit();
                return true;
            }
        }

        return false;
    }

    // False: no chain is available. isReturned: there was one, it broke a rule, and it has been given back.
    private bool TryTake(DeviceQueue queue, Chain chain, out bool isReturned)
    {
        isReturned = false;
        try
        {
            return queue.TryTake(chain);
        }
        catch (RingFaultException fault) when (fault.Head is not null)
        {
            Counters.RingFaults++;
            GiveBack(queue, fault.Head.Value, 0);
            isReturned = true;
            return true;
        }
    }

    private bool TryReserve(Chain chain)
    {
        if (chain.WritableLength < RpmsgOptions.MinimumBufferSize)
        {
            Counters.BufferTooSmall++;
            GiveBack(_transmit, chain.Head, 0);
            return false;
        }

        _reservedLength = (int)Math.Min(chain.WritableLength, (ulong)_bufferSize);
        _isScattered = chain.Writable[0].Length < (uint)_reservedLength;
        if (_isScattered)
        {
            _transmitScratch ??= new byte[_bufferSize];
        }

        _isReserved = true;
        return true;
    }

    private void Accept(Chain chain)
    {
        // rpmsg-lite's master marks the buffers that it sends as device-writable.
        bool mismarked = chain.Readable.IsEmpty;
        ReadOnlySpan<Segment> segments = mismarked ? chain.Writable : chain.Readable;
        ulong total = mismarked ? chain.WritableLength : chain.ReadableLength;
        int length = (int)Math.Min(total, (ulong)_bufferSize);
        ref ReceivedChain received = ref _received[chain.Head];
        received.IsTaken = true;
        received.Length = length;
        received.UsedLength = (uint)Math.Min(total, uint.MaxValue);
        received.Address = segments[0].Address;
        if (segments[0].Length < (uint)length)
        {
            received.Gathered = _spareScratch.TryPop(out byte[]? spare) ? spare : new byte[_bufferSize];
            Gather(segments, received.Gathered.AsSpan(0, length));
        }
    }

    private void GiveBack(DeviceQueue queue, ushort head, uint length)
    {
        queue.Push(head, length);
        if (ReferenceEquals(queue, _transmit))
        {
            _transmitPublished = true;
        }
        else
        {
            _receivePublished = true;
        }
    }

    private void Gather(ReadOnlySpan<Segment> segments, Span<byte> message)
    {
        foreach (Segment segment in segments)
        {
            int length = (int)Math.Min(segment.Length, (uint)message.Length);
            _window.GetSpan(segment.Address, (uint)length).CopyTo(message);
            message = message[length..];
        }
    }

    private void Scatter(ReadOnlySpan<byte> message, ReadOnlySpan<Segment> segments)
    {
        foreach (Segment segment in segments)
        {
            int length = (int)Math.Min(segment.Length, (uint)message.Length);
            message[..length].CopyTo(_window.GetSpan(segment.Address, (uint)length));
            message = message[length..];
        }
    }

    private void DisarmTransmit()
    {
        if (_transmitArmed)
        {
            _transmitArmed = false;
            _transmit.DisableNotifications();
        }
    }

    private ref ReceivedChain Received(int token)
    {
        if ((uint)token >= (uint)_received.Length || !_received[token].IsTaken)
        {
            throw new ArgumentException($"no received message has the token {token}", nameof(token));
        }

        return ref _received[token];
    }
}
