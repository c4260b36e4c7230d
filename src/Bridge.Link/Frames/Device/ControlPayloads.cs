using System.Buffers.Binary;

namespace Bridge.Link.Frames.Device;

/// <summary>SET_DRV_FEATURES, driver side to device side: <c>0 features u64</c>, what the driver accepted.</summary>
/// <param name="Features">Feature bits, hop-local ones taken out.</param>
public readonly record struct SetDriverFeaturesPayload(ulong Features)
{
    /// <summary>Bytes on the wire.</summary>
    public const int Size = 8;

    /// <summary>Writes the payload; returns its length.</summary>
    public int Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(destination, Features);
        return Size;
    }

    /// <summary>Reads the payload.</summary>
    /// <exception cref="LinkProtocolException">Wrong length.</exception>
    public static SetDriverFeaturesPayload Read(ReadOnlySpan<byte> source) => source.Length == Size
        ? new(BinaryPrimitives.ReadUInt64LittleEndian(source))
        : throw PayloadFault.Length(FrameType.SetDriverFeatures, source.Length);
}

/// <summary>SET_VQUEUE, driver side to device side: <c>0 queue u16 | 2 0 u16 | 4 size u32 | 8 generation u32</c>. The device side makes a fresh ring of its own.</summary>
/// <param name="Queue">Queue index.</param>
/// <param name="RingSize">Entries of the driver's ring: for the log only, ring sizes of the two sides are independent.</param>
/// <param name="Generation">Life of the queue; both sequences begin at 0 with it.</param>
public readonly record struct SetVirtqueuePayload(ushort Queue, uint RingSize, uint Generation)
{
    /// <summary>Bytes on the wire.</summary>
    public const int Size = 2 + 2 + 4 + 4;

    /// <summary>Writes the payload; returns its length.</summary>
    public int Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(destination, Queue);
        BinaryPrimitives.WriteUInt16LittleEndian(destination[2..], 0);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[4..], RingSize);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[8..], Generation);
        return Size;
    }

    /// <summary>Reads the payload.</summary>
    /// <exception cref="LinkProtocolException">Wrong length.</exception>
    public static SetVirtqueuePayload Read(ReadOnlySpan<byte> source) => source.Length == Size
        ? new(
            BinaryPrimitives.ReadUInt16LittleEndian(source),
            BinaryPrimitives.ReadUInt32LittleEndian(source[4..]),
            BinaryPrimitives.ReadUInt32LittleEndian(source[8..]))
        : throw PayloadFault.Length(FrameType.SetVirtqueue, source.Length);
}

/// <summary>
/// SET_DEVICE_STATUS (driver side to device side) and its answer DEVICE_STATUS (device side to driver side):
/// <c>0 status u8 | 1..7 0 | 8 driver life u64</c>. Status 0 is a reset: it starts the epoch that its frame header names.
/// </summary>
/// <param name="Status">Device status byte (virtio 1.2, 2.1).</param>
/// <param name="DriverLife">The life that the driver side chose at its reset.</param>
public readonly record struct DeviceStatusPayload(byte Status, ulong DriverLife)
{
    /// <summary>Bytes on the wire.</summary>
    public const int Size = 8 + 8;

    /// <summary>Writes the payload; returns its length.</summary>
    public int Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(destination, Status);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[8..], DriverLife);
        return Size;
    }

    /// <summary>Reads the payload.</summary>
    /// <exception cref="LinkProtocolException">Wrong length.</exception>
    public static DeviceStatusPayload Read(FrameType type, ReadOnlySpan<byte> source) => source.Length == Size
        ? new(source[0], BinaryPrimitives.ReadUInt64LittleEndian(source[8..]))
        : throw PayloadFault.Length(type, source.Length);
}

/// <summary>EVENT_CONFIG, device side to driver side: <c>0 generation u32 | 4 bytes u32 | 8 configuration</c>, the whole space by value.</summary>
public readonly ref struct EventConfigurationPayload
{
    private const int FixedSize = 4 + 4;

    /// <summary>Counts changes.</summary>
    public uint Generation { get; private init; }

    /// <summary>The configuration space.</summary>
    public ReadOnlySpan<byte> Configuration { get; private init; }

    /// <summary>Writes the payload; returns its length.</summary>
    public static int Write(Span<byte> destination, uint generation, ReadOnlySpan<byte> configuration)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(destination, generation);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[4..], (uint)configuration.Length);
        configuration.CopyTo(destination[FixedSize..]);
        return FixedSize + configuration.Length;
    }

    /// <summary>Reads the payload; the configuration points into the source.</summary>
    /// <exception cref="LinkProtocolException">Wrong length.</exception>
    public static EventConfigurationPayload Read(ReadOnlySpan<byte> source)
    {
        if (source.Length is < FixedSize or > FixedSize + DeviceInfoPayload.MaximumConfiguration
            || BinaryPrimitives.ReadUInt32LittleEndian(source[4..]) != source.Length - FixedSize)
            throw PayloadFault.Length(FrameType.EventConfiguration, source.Length);
        return new EventConfigurationPayload { Generation = BinaryPrimitives.ReadUInt32LittleEndian(source), Configuration = source[FixedSize..] };
    }
}
