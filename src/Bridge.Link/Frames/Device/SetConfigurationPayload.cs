using System.Buffers.Binary;

namespace Bridge.Link.Frames.Device;

/// <summary>
/// SET_CONFIG, driver side to device side: <c>0 number u32 | 4 generation u32 | 8 offset u32 | 12 bytes u32 | 16 the bytes</c>. A write of the driver to the configuration space,
/// answered by <see cref="ConfigurationPayload"/>.
/// </summary>
public readonly ref struct SetConfigurationPayload
{
    private const int FixedSize = 4 + 4 + 4 + 4;

    /// <summary>Numbers the writes of one driver life from 1. Numbers may be left out: a write that a later one covers need not be sent.</summary>
    public uint Number { get; private init; }

    /// <summary>The configuration's generation that the driver side knew; for logs.</summary>
    public uint Generation { get; private init; }

    /// <summary>Where in the configuration space, bytes.</summary>
    public int Offset { get; private init; }

    /// <summary>What was written; at least one byte.</summary>
    public ReadOnlySpan<byte> Bytes { get; private init; }

    /// <summary>Writes the payload; returns its length.</summary>
    public static int Write(Span<byte> destination, uint number, uint generation, int offset, ReadOnlySpan<byte> bytes)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(destination, number);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[4..], generation);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[8..], (uint)offset);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[12..], (uint)bytes.Length);
        bytes.CopyTo(destination[FixedSize..]);
        return FixedSize + bytes.Length;
    }

    /// <summary>Reads the payload; the bytes point into the source.</summary>
    /// <exception cref="LinkProtocolException">Wrong length, no bytes, or a place beyond the longest configuration space.</exception>
    public static SetConfigurationPayload Read(ReadOnlySpan<byte> source)
    {
        if (source.Length < FixedSize || BinaryPrimitives.ReadUInt32LittleEndian(source[12..]) != source.Length - FixedSize)
            throw PayloadFault.Length(FrameType.SetConfiguration, source.Length);
        uint offset = BinaryPrimitives.ReadUInt32LittleEndian(source[8..]);
        int length = source.Length - FixedSize;
        if (length == 0 || offset > DeviceInfoPayload.MaximumConfiguration || length > DeviceInfoPayload.MaximumConfiguration - (int)offset)
            throw PayloadFault.Value(FrameType.SetConfiguration, $"{length} bytes from {offset}");
        return new SetConfigurationPayload
        {
            Number = BinaryPrimitives.ReadUInt32LittleEndian(source),
            Generation = BinaryPrimitives.ReadUInt32LittleEndian(source[4..]),
            Offset = (int)offset,
            Bytes = source[FixedSize..],
        };
    }
}
