using System.Buffers.Binary;
using Bridge.Virtio;

namespace Bridge.Rpmsg.Tests;

/// <summary>Another stack's driver: bare queues, so that a test can cut messages into any chains and break any rule. Memory: both rings, then data from <see cref="Data"/> on.</summary>
internal sealed class ForeignDriver : IDisposable
{
    public const ulong Address = 0x10_0000;
    public const ulong Data = Address + 0x1_0000;
    public const ulong Size = 0x10_0000;

    private readonly HeapMemory _memory = new(Size);

    public ForeignDriver(RpmsgOptions? options = null, int ringSize = 16, bool indirect = false)
    {
        Window = new Window(new WindowRegion(Address, _memory));
        Receive = RingLayout.Packed(Address, ringSize);
        Transmit = RingLayout.Packed(Address + 0x4000, ringSize);
        var ring = new RingOptions(Indirect: indirect);
        ReceiveQueue = new DriverQueue(Window, Receive, ring, indirect ? new IndirectTables(Address + 0x8000, 16) : null);
        TransmitQueue = new DriverQueue(Window, Transmit, ring, indirect ? new IndirectTables(Address + 0xC000, 16) : null);
        Device = new RpmsgDeviceRings(Window, new DeviceQueue(Window, Receive, ring), new DeviceQueue(Window, Transmit, ring), options ?? new RpmsgOptions());
    }

    public Window Window { get; }

    public RingLayout Receive { get; }

    public RingLayout Transmit { get; }

    public DriverQueue ReceiveQueue { get; }

    public DriverQueue TransmitQueue { get; }

    public RpmsgDeviceRings Device { get; }

    /// <summary>Lends a buffer cut into pieces of these lengths, 256 bytes apart, beginning <paramref name="at"/> bytes into the data.</summary>
    public Segment[] Lend(uint at, params uint[] lengths)
    {
        Segment[] segments = Cut(at, lengths);
        Assert.True(ReceiveQueue.TryAdd([], segments, 0, out _));
        return segments;
    }

    /// <summary>Sends a message cut into pieces of these lengths; the last takes what is left.</summary>
    public ushort Send(ReadOnlySpan<byte> message, uint at, uint[] lengths, bool markWritable = false)
    {
        Segment[] segments = Cut(at, lengths);
        Fill(segments, message);
        Assert.True(markWritable ? TransmitQueue.TryAdd([], segments, 0, out ushort head) : TransmitQueue.TryAdd(segments, [], 0, out head));
        return head;
    }

    public byte[] Gather(ReadOnlySpan<Segment> segments)
    {
        var bytes = new List<byte>();
        foreach (Segment segment in segments)
        {
            bytes.AddRange(Window.GetSpan(segment.Address, segment.Length).ToArray());
        }

        return [.. bytes];
    }

    /// <summary>Overwrites a descriptor of a ring.</summary>
    public void PokeDescriptor(RingLayout ring, int index, ulong address, uint length, ushort flags, ushort next)
    {
        Span<byte> descriptor = Window.GetSpan(ring.Descriptors + (16 * (ulong)index), 16);
        BinaryPrimitives.WriteUInt64LittleEndian(descriptor, address);
        BinaryPrimitives.WriteUInt32LittleEndian(descriptor[8..], length);
        BinaryPrimitives.WriteUInt16LittleEndian(descriptor[12..], flags);
        BinaryPrimitives.WriteUInt16LittleEndian(descriptor[14..], next);
    }

    public void PokeAvailableIndex(RingLayout ring, ushort index) =>
        BinaryPrimitives.WriteUInt16LittleEndian(Window.GetSpan(ring.Available + 2, 2), index);

    public void Dispose() => _memory.Dispose();

    private static Segment[] Cut(uint at, uint[] lengths)
    {
        var segments = new Segment[lengths.Length];
        ulong address = Data + at;
        for (int i = 0; i < lengths.Length; i++)
        {
            segments[i] = new Segment(address, lengths[i]);
            address += lengths[i] + 256;
        }

        return segments;
    }

    private void Fill(Segment[] segments, ReadOnlySpan<byte> message)
    {
        foreach (Segment segment in segments)
        {
            int length = Math.Min(message.Length, (int)segment.Length);
            message[..length].CopyTo(Window.GetSpan(segment.Address, segment.Length));
            message = message[length..];
        }
    }
}
