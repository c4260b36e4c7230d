using Bridge.Virtio;

namespace Bridge.Rpmsg;

/// <content>Rings and buffers that an earlier process of this driver left in memory that outlives it.</content>
public sealed partial class RpmsgDriverRings
{
    private RpmsgDriverRings(Window window, RpmsgRingLayout layout, RpmsgOptions options, RingOptions ring, IReadOnlyList<ushort> transmitting)
    {
        (_window, _options, _layout, _littleEndian) = (window, options, layout, ring.LittleEndian);
        RingIndices receive = RingIndices.Read(window, layout.Receive, ring.LittleEndian), transmit = RingIndices.Read(window, layout.Transmit, ring.LittleEndian);
        // All buffers were lent at the start, and one is lent again when its message was dealt with; so those from there on are to be taken, once more perhaps.
        ushort[] lent = [.. Enumerable.Range(0, options.BufferCount).Select(static head => (ushort)head)];
        _receive = DriverQueue.Recover(window, layout.Receive, ring, lent, (ushort)(receive.Available - options.BufferCount), BufferAt(layout.ReceiveBuffer));
        _received = new int[options.BufferCount];
        Array.Fill(_received, Nothing);
        var taken = new bool[options.BufferCount];
        Func<ulong, int> bufferAt = BufferAt(layout.TransmitBuffer);
        _transmit = DriverQueue.Recover(window, layout.Transmit, ring, [.. transmitting], transmit.Used, address =>
        {
            int buffer = bufferAt(address);
            taken[buffer] = true;
            return buffer;
        });
        _free = new int[options.BufferCount];
        for (int i = options.BufferCount - 1; i >= 0; i--)
        {
            if (!taken[i])
            {
                _free[_freeCount++] = i;
            }
        }

        _transmit.DisableNotifications();
    }

    /// <summary>
    /// Goes on with rings that an earlier process left: a message that it had taken and not released is received again, first of all; what it had sent is sent. At most one
    /// message was held at a time (so that every buffer kept its descriptor).
    /// </summary>
    /// <param name="window">As it was given to the constructor, like all that follows.</param>
    /// <param name="address">Where the rings start.</param>
    /// <param name="options">Count and size of the buffers.</param>
    /// <param name="features">Negotiated.</param>
    /// <param name="transmitting">Heads of vq1 that the device has not used.</param>
    /// <exception cref="RingFaultException">The memory does not hold such rings.</exception>
    public static RpmsgDriverRings Recover(Window window, ulong address, RpmsgOptions options, ulong features, IReadOnlyList<ushort> transmitting)
    {
        ArgumentNullException.ThrowIfNull(window);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(transmitting);
        return window.Contains(address, RequiredMemory(options))
            ? new RpmsgDriverRings(window, new RpmsgRingLayout(address, options, (features & VirtioFeatures.Version1) != 0), options, RingOptionsOf(features), transmitting)
            : throw new RingFaultException(RingFault.OutsideWindow, $"{RequiredMemory(options)} bytes at 0x{address:X} do not lie in one region of the window.");
    }

    /// <summary>Copies of the messages that the device has not used, oldest first; for an owner who gives the rings up.</summary>
    /// <exception cref="RingFaultException">The ring is broken.</exception>
    public IReadOnlyList<byte[]> CopyUnused()
    {
        while (_transmit.TryTakeUsed(out UsedElement used))
        {
            _free[_freeCount++] = used.Token;
        }

        var messages = new List<byte[]>();
        foreach (int buffer in _transmit.ReadOutstanding())
        {
            Span<byte> message = _window.GetSpan(_layout.TransmitBuffer(buffer), (uint)_options.BufferSize);
            if (RpmsgHeader.TryRead(message, _littleEndian, out RpmsgHeader header) && RpmsgHeader.Size + header.Length <= message.Length)
            {
                messages.Add(message[..(RpmsgHeader.Size + header.Length)].ToArray());
            }
        }

        return messages;
    }

    private static RingOptions RingOptionsOf(ulong features) => new(
        EventIndex: (features & VirtioFeatures.EventIndex) != 0,
        LittleEndian: (features & VirtioFeatures.Version1) != 0 || BitConverter.IsLittleEndian);

    private Func<ulong, int> BufferAt(Func<int, ulong> addressOf) => address =>
    {
        ulong stride = _options.BufferCount > 1 ? addressOf(1) - addressOf(0) : ulong.MaxValue, offset = address - addressOf(0);
        return address >= addressOf(0) && offset % stride == 0 && offset / stride < (ulong)_options.BufferCount
            ? (int)(offset / stride)
            : throw new RingFaultException(RingFault.OutsideWindow, $"A chain begins at 0x{address:X}, where no buffer does.");
    };
}
