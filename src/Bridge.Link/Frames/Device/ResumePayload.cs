using System.Buffers.Binary;

namespace Bridge.Link.Frames.Device;

/// <summary>Where one queue stands, as one side states it when a lane comes up.</summary>
/// <param name="Queue">Queue index.</param>
/// <param name="Generation">Life of the queue inside the epoch; sequences begin at 0 with it.</param>
/// <param name="Posted">Driver side: the next sequence that it will give. Device side: the next one that it expects.</param>
/// <param name="Used">Driver side: the next used sequence that it expects. Device side: the next one that it will give.</param>
public readonly record struct QueueProgress(ushort Queue, uint Generation, ulong Posted, ulong Used)
{
    /// <summary>Bytes on the wire.</summary>
    public const int Size = 2 + 2 + 4 + 8 + 8;
}

/// <summary>
/// RESUME_DRIVER and RESUME_DEVICE: the first frame of each side on a lane (after DEVICE_INFO). Control state is resumed by value:
/// both sides state all, the driver side acts on the differences. The epoch is the frame header's.
/// </summary>
/// <code>
///  0 driver life u64 | 8 device life u64 | 16 features u64 | 24 device status u8 | 25 0 u8 | 26 queues u16 | 28 writes u32
/// 32 queue u16 | 34 0 u16 | 36 generation u32 | 40 posted u64 | 48 used u64     (once per queue that is set)
/// </code>
/// <param name="DriverLife">Chosen at random by the driver side at each reset; 0: this device side has not been started by any driver.</param>
/// <param name="DeviceLife">Chosen at random by the device side when it loses or gives up what it knew; 0 from a driver side.</param>
/// <param name="Features">What the driver accepted.</param>
/// <param name="Status">Device status byte (virtio 1.2, 2.1).</param>
/// <param name="Queues">The queues that are set.</param>
public sealed record ResumePayload(ulong DriverLife, ulong DeviceLife, ulong Features, byte Status, IReadOnlyList<QueueProgress> Queues)
{
    private const int FixedSize = 8 + 8 + 8 + 1 + 1 + 2 + 4;

    /// <summary>
    /// Device side: one more than the number of the last configuration write of this life that it took; 0: it takes none, as programs from before
    /// <see cref="FrameType.SetConfiguration"/>. Driver side: 0.
    /// </summary>
    public uint Writes { get; init; }

    /// <summary>Writes the payload; returns its length.</summary>
    public int Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(destination, DriverLife);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[8..], DeviceLife);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[16..], Features);
        destination[24] = Status;
        destination[25] = 0;
        BinaryPrimitives.WriteUInt16LittleEndian(destination[26..], (ushort)Queues.Count);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[28..], Writes);
        int at = FixedSize;
        foreach (QueueProgress queue in Queues)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(destination[at..], queue.Queue);
            BinaryPrimitives.WriteUInt16LittleEndian(destination[(at + 2)..], 0);
            BinaryPrimitives.WriteUInt32LittleEndian(destination[(at + 4)..], queue.Generation);
            BinaryPrimitives.WriteUInt64LittleEndian(destination[(at + 8)..], queue.Posted);
            BinaryPrimitives.WriteUInt64LittleEndian(destination[(at + 16)..], queue.Used);
            at += QueueProgress.Size;
        }

        return at;
    }

    /// <summary>Reads a payload that is exactly one statement.</summary>
    /// <exception cref="LinkProtocolException">The payload is cut or too long, or names a queue twice.</exception>
    public static ResumePayload Read(FrameType type, ReadOnlySpan<byte> source)
    {
        if (source.Length < FixedSize)
            throw PayloadFault.Length(type, source.Length);
        int count = BinaryPrimitives.ReadUInt16LittleEndian(source[26..]);
        if (count > DeviceInfoPayload.MaximumQueues || source.Length != FixedSize + count * QueueProgress.Size)
            throw PayloadFault.Length(type, source.Length);
        var queues = new QueueProgress[count];
        int last = -1;
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> entry = source[(FixedSize + i * QueueProgress.Size)..];
            ushort queue = BinaryPrimitives.ReadUInt16LittleEndian(entry);
            if (queue <= last)
                throw PayloadFault.Value(type, $"queue {queue} after queue {last}");
            last = queue;
            queues[i] = new QueueProgress(
                queue,
                BinaryPrimitives.ReadUInt32LittleEndian(entry[4..]),
                BinaryPrimitives.ReadUInt64LittleEndian(entry[8..]),
                BinaryPrimitives.ReadUInt64LittleEndian(entry[16..]));
        }

        return new ResumePayload(
            BinaryPrimitives.ReadUInt64LittleEndian(source),
            BinaryPrimitives.ReadUInt64LittleEndian(source[8..]),
            BinaryPrimitives.ReadUInt64LittleEndian(source[16..]),
            source[24],
            queues)
        {
            Writes = BinaryPrimitives.ReadUInt32LittleEndian(source[28..]),
        };
    }
}
