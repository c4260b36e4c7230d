using System.Buffers.Binary;
using System.Numerics;

namespace Bridge.Link.Frames.Device;

/// <summary>One queue of a device as its gateway offers it: the longest ring and the pool behind it.</summary>
/// <param name="MaximumSize">Largest ring, entries (power of two, 1..32768).</param>
/// <param name="Places">Chains that the device side can hold at once: taken and not yet confirmed as used.</param>
/// <param name="PlaceSize">Bytes that one chain may need, each segment rounded up to <see cref="PlaceAlignment"/>.</param>
public readonly record struct QueueOffer(uint MaximumSize, uint Places, uint PlaceSize)
{
    /// <summary>Every segment of a chain starts at a multiple of this in its place, so both sides count a chain's room alike.</summary>
    public const uint PlaceAlignment = 16;

    /// <summary>Bytes on the wire.</summary>
    public const int Size = 4 + 4 + 4 + 4;
}

/// <summary>
/// DEVICE_INFO, device side to driver side: all that a driver may read of a device before it starts it. Sent when the lane comes up.
/// </summary>
/// <code>
///  0 device id u16 | 2 queues u16 | 4 vendor id u32 | 8 features u64 | 16 configuration generation u32 | 20 configuration bytes u32
/// 24 queue: maximum size u32 | places u32 | place size u32 | 0 u32     (once per queue)
///  . configuration
/// </code>
/// <param name="DeviceId">Virtio device id (rpmsg: 7).</param>
/// <param name="VendorId">Virtio vendor id.</param>
/// <param name="Features">What the device offers, already cut to what the bridge can carry.</param>
/// <param name="ConfigurationGeneration">Counts changes of the configuration (virtio 1.2, 2.5.1).</param>
/// <param name="Queues">Its queues, in order.</param>
/// <param name="Configuration">The device-specific configuration space.</param>
public sealed record DeviceInfoPayload(
    ushort DeviceId, uint VendorId, ulong Features, uint ConfigurationGeneration, IReadOnlyList<QueueOffer> Queues, ReadOnlyMemory<byte> Configuration)
{
    /// <summary>Most queues that a device may have here.</summary>
    public const int MaximumQueues = 1024;

    /// <summary>Longest configuration space, bytes.</summary>
    public const int MaximumConfiguration = 4 * 1024;

    private const int FixedSize = 2 + 2 + 4 + 8 + 4 + 4;

    /// <summary>Writes the payload; returns its length. The destination is a frame's room, which always suffices.</summary>
    public int Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(destination, DeviceId);
        BinaryPrimitives.WriteUInt16LittleEndian(destination[2..], (ushort)Queues.Count);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[4..], VendorId);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[8..], Features);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[16..], ConfigurationGeneration);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[20..], (uint)Configuration.Length);
        int at = FixedSize;
        foreach (QueueOffer queue in Queues)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(destination[at..], queue.MaximumSize);
            BinaryPrimitives.WriteUInt32LittleEndian(destination[(at + 4)..], queue.Places);
            BinaryPrimitives.WriteUInt32LittleEndian(destination[(at + 8)..], queue.PlaceSize);
            BinaryPrimitives.WriteUInt32LittleEndian(destination[(at + 12)..], 0);
            at += QueueOffer.Size;
        }

        Configuration.Span.CopyTo(destination[at..]);
        return at + Configuration.Length;
    }

    /// <summary>Reads a payload that is exactly one DEVICE_INFO.</summary>
    /// <exception cref="LinkProtocolException">The payload is cut, too long, or names impossible sizes.</exception>
    public static DeviceInfoPayload Read(ReadOnlySpan<byte> source)
    {
        if (source.Length < FixedSize)
            throw PayloadFault.Length(FrameType.DeviceInfo, source.Length);
        int queues = BinaryPrimitives.ReadUInt16LittleEndian(source[2..]);
        uint configuration = BinaryPrimitives.ReadUInt32LittleEndian(source[20..]);
        if (queues is 0 or > MaximumQueues || configuration > MaximumConfiguration)
            throw PayloadFault.Value(FrameType.DeviceInfo, $"{queues} queues, {configuration} bytes of configuration");
        if (source.Length != FixedSize + queues * QueueOffer.Size + (int)configuration)
            throw PayloadFault.Length(FrameType.DeviceInfo, source.Length);
        var offers = new QueueOffer[queues];
        for (int i = 0; i < queues; i++)
        {
            ReadOnlySpan<byte> entry = source[(FixedSize + i * QueueOffer.Size)..];
            uint size = BinaryPrimitives.ReadUInt32LittleEndian(entry);
            uint places = BinaryPrimitives.ReadUInt32LittleEndian(entry[4..]);
            uint placeSize = BinaryPrimitives.ReadUInt32LittleEndian(entry[8..]);
            if (size is 0 or > 32768 || !BitOperations.IsPow2(size) || places is 0 or > 32768 || placeSize is 0 or > int.MaxValue)
                throw PayloadFault.Value(FrameType.DeviceInfo, $"queue {i}: ring {size}, {places} places of {placeSize} bytes");
            offers[i] = new QueueOffer(size, places, placeSize);
        }

        return new DeviceInfoPayload(
            BinaryPrimitives.ReadUInt16LittleEndian(source),
            BinaryPrimitives.ReadUInt32LittleEndian(source[4..]),
            BinaryPrimitives.ReadUInt64LittleEndian(source[8..]),
            BinaryPrimitives.ReadUInt32LittleEndian(source[16..]),
            offers,
            source[(FixedSize + queues * QueueOffer.Size)..].ToArray());
    }
}
