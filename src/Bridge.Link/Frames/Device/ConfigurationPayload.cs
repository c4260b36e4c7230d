using System.Buffers.Binary;

namespace Bridge.Link.Frames.Device;

/// <summary>
/// CONFIG, device side to driver side: <c>0 number u32 | 4 generation u32 | 8 bytes u32 | 12 configuration</c>. Answers SET_CONFIG with the whole space by value, which holds the
/// writes up to the number as far as the device took them.
/// </summary>
public readonly ref struct ConfigurationPayload
{
    private const int FixedSize = 4 + 4 + 4;

    /// <summary>The last write of this life that was taken or refused.</summary>
    public uint Number { get; private init; }

    /// <summary>Counts changes.</summary>
    public uint Generation { get; private init; }

    /// <summary>The configuration space.</summary>
    public ReadOnlySpan<byte> Configuration { get; private init; }

    /// <summary>Writes the payload; returns its length.</summary>
    public static int Write(Span<byte> destination, uint number, uint generation, ReadOnlySpan<byte> configuration)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(destination, number);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[4..], generation);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[8..], (uint)configuration.Length);
        configuration.CopyTo(destination[FixedSize..]);
        return FixedSize + configuration.Length;
    }

    /// <summary>Reads the payload; the configuration points into the source.</summary>
    /// <exception cref="LinkProtocolException">Wrong length.</exception>
    public static ConfigurationPayload Read(ReadOnlySpan<byte> source)
    {
        if (source.Length is < FixedSize or > FixedSize + DeviceInfoPayload.MaximumConfiguration
            || BinaryPrimitives.ReadUInt32LittleEndian(source[8..]) != source.Length - FixedSize)
            throw PayloadFault.Length(FrameType.Configuration, source.Length);
        return new ConfigurationPayload
        {
            Number = BinaryPrimitives.ReadUInt32LittleEndian(source),
            Generation = BinaryPrimitives.ReadUInt32LittleEndian(source[4..]),
            Configuration = source[FixedSize..],
        };
    }
}
