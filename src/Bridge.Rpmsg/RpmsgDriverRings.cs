using System.Diagnostics;
using Bridge.Virtio;

namespace Bridge.Rpmsg;

/// <summary>The driver's side: owns rings and buffers, lends every receive buffer to the device, sends from its own transmit buffers. Not thread-safe.</summary>
public sealed partial class RpmsgDriverRings : RpmsgRings
{
    private const int Nothing = -1;

    private readonly Window _window;
    private readonly RpmsgOptions _options;
    private readonly RpmsgRingLayout _layout;
    private readonly bool _littleEndian;
    private readonly DriverQueue _receive;
    private readonly DriverQueue _transmit;

    // Received, by buffer: its bytes, or Nothing while the buffer is lent to the device.
    private readonly int[] _received;

    // Transmit buffers that are ours, as a stack: the one that came back last is still in the cache.
    private readonly int[] _free;
    private int _freeCount;
    private int _reserved = Nothing;

    private bool _receiveArmed = true;
    private bool _transmitArmed;
    private bool _receivePublished;
    private bool _transmitPublished;

    /// <summary>Zeroes and lays out the rings and lends all receive buffers to the device, as Linux does before DRIVER_OK. Indices start at 0: every life of a device gets new rings.</summary>
    /// <param name="window">Memory that the device can reach.</param>
    /// <param name="address">A multiple of 4096 with <see cref="RequiredMemory"/> bytes behind it in one region of the window; else ArgumentException.</param>
    /// <param name="options">Count and size of the buffers.</param>
    /// <param name="features">Negotiated: VERSION_1 chooses the layout and little endian (else legacy, this machine's order), EVENT_IDX the suppression; others mean nothing here.</param>
    public RpmsgDriverRings(Window window, ulong address, RpmsgOptions options, ulong features)
    {
        ArgumentNullException.ThrowIfNull(window);
        ArgumentNullException.ThrowIfNull(options);
        if (address % RpmsgRingLayout.RingAlignment != 0)
        {
            throw new ArgumentException($"rings start at a multiple of {RpmsgRingLayout.RingAlignment}, not at 0x{address:X}", nameof(address));
        }

        if (!window.Contains(address, RequiredMemory(options)))
        {
            throw new ArgumentException($"{RequiredMemory(options)} bytes at 0x{address:X} do not lie in one region of the window", nameof(address));
        }

        bool version1 = (features & VirtioFeatures.Version1) != 0;
        _window = window;
        _options = options;
        _layout = new RpmsgRingLayout(address, options, version1);
        RingOptions ring = RingOptionsOf(features);
        _littleEndian = ring.LittleEndian;
        _receive = new DriverQueue(window, _layout.Receive, ring);
        _transmit = new DriverQueue(window, _layout.Transmit, ring);
        _received = new int[options.BufferCount];
        _free = new int[options.BufferCount];
        for (int i = 0; i < options.BufferCount; i++)
        {
            LendReceiveBuffer(i);
            _free[_freeCount++] = options.BufferCount - 1 - i;
        }

        // Sent buffers are looked for when they are needed; the device need not report them.
        _transmit.DisableNotifications();
    }

    /// <summary>vq0, the driver's receive queue.</summary>
    public RingLayout Receive => _layout.Receive;

    /// <summary>vq1, the driver's transmit queue.</summary>
    public RingLayout Transmit => _layout.Transmit;

    /// <summary>Bytes of window memory that the rings and 2 x BufferCount buffers need, in either layout.</summary>
    public static ulong RequiredMemory(RpmsgOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return RpmsgRingLayout.RequiredMemory(options);
    }

    /// <inheritdoc/>
    public override RpmsgRole Role => RpmsgRole.Driver;

    /// <inheritdoc/>
    public override ushort TransmitPosition => _transmit.NextAvailable;

    /// <inheritdoc/>
    public override ushort ReceivePosition => _receive.NextAvailable;

    /// <inheritdoc/>
    public override bool TryReserve(out Span<byte> buffer)
    {
        if (_reserved == Nothing && !TakeFreeBuffer())
        {
            buffer = default;
            return false;
        }

        buffer = _window.GetSpan(_layout.TransmitBuffer(_reserved), (uint)_options.BufferSize);
        return true;
    }

    /// <inheritdoc/>
    public override int CountFree()
    {
        TakeSentBuffers();
        return _freeCount + (_reserved != Nothing ? 1 : 0);
    }

    /// <inheritdoc/>
    public override void Commit(int length)
    {
        if (_reserved == Nothing)
        {
            throw new InvalidOperationException("no transmit buffer is reserved");
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(length, RpmsgHeader.Size);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, _options.BufferSize);

        // The descriptor is as long as the message, not as the buffer: that is how the device learns it (Linux, rpmsg_send_offchannel_raw).
        var segment = new Segment(_layout.TransmitBuffer(_reserved), (uint)length);
        if (!_transmit.TryAdd(new ReadOnlySpan<Segment>(in segment), [], _reserved, out _))
        {
            throw new UnreachableException("the ring has a descriptor for every buffer");
        }

        _reserved = Nothing;
        _transmitPublished = true;
    }

    /// <inheritdoc/>
    public override bool TryReceive(out ReadOnlySpan<byte> message, out int token)
    {
        if (_receiveArmed)
        {
            _receive.DisableNotifications();
            _receiveArmed = false;
        }

        if (!_receive.TryTakeUsed(out UsedElement used))
        {
            message = default;
            token = Nothing;
            return false;
        }

        token = used.Token;
        _received[token] = (int)Math.Min(used.Length, (uint)_options.BufferSize);
        if (used.Length > (uint)_options.BufferSize)
        {
            Counters.ReportBeyondBuffer++;
        }

        message = GetMessage(token);
        return true;
    }

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> GetMessage(int token)
    {
        CheckReceived(token);
        return _window.GetSpan(_layout.ReceiveBuffer(token), (uint)_received[token]);
    }

    /// <inheritdoc/>
    public override void Release(int token)
    {
        CheckReceived(token);
        LendReceiveBuffer(token);
    }

    /// <inheritdoc/>
    public override int TakeNotifications()
    {
        int queues = QueueNotifications.None;
        if (_receivePublished)
        {
            if (_receive.ShouldNotify())
                queues |= QueueNotifications.Queue0;
            else
                Counters.SuppressedQueue0++;
        }

        if (_transmitPublished)
        {
            if (_transmit.ShouldNotify())
                queues |= QueueNotifications.Queue1;
            else
                Counters.SuppressedQueue1++;
        }

        _receivePublished = false;
        _transmitPublished = false;
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
            work |= _transmit.EnableNotifications() || _freeCount > 0 || _reserved != Nothing;
        }
        else
        {
            DisarmTransmit();
        }

        return work;
    }

    private bool TakeFreeBuffer()
    {
        if (_freeCount == 0)
        {
            TakeSentBuffers();
            if (_freeCount == 0)
            {
                return false;
            }
        }

        DisarmTransmit();
        _reserved = _free[--_freeCount];
        return true;
    }

    private void TakeSentBuffers()
    {
        while (_transmit.TryTakeUsed(out UsedElement used))
        {
            _free[_freeCount++] = used.Token;
        }
    }

    private void LendReceiveBuffer(int index)
    {
        var segment = new Segment(_layout.ReceiveBuffer(index), (uint)_options.BufferSize);
        if (!_receive.TryAdd([], new ReadOnlySpan<Segment>(in segment), index, out _))
        {
            throw new UnreachableException("the ring has a descriptor for every buffer");
        }

        _received[index] = Nothing;
        _receivePublished = true;
    }

    private void DisarmTransmit()
    {
        if (_transmitArmed)
        {
            _transmitArmed = false;
            _transmit.DisableNotifications();
        }
    }

    private void CheckReceived(int token)
    {
        if ((uint)token >= (uint)_received.Length || _received[token] == Nothing)
        {
            throw new ArgumentException($"no received message has the token {token}", nameof(token));
        }
    }
}
