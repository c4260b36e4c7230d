using System.Buffers.Binary;

namespace Bridge.Ports.Sockets.Streams;

/// <summary>
/// How messages lie in a stream, both ways. All numbers little-endian; the length counts the payload only, and 0 is an empty message.
/// <code>
///   plain      0        2
///              +--------+---------------+
///              | length | payload       |
///              |  u16   | length bytes  |
///              +--------+---------------+
///
///   addressed  0        2        6             10
///              +--------+--------+-------------+---------------+
///              | length | source | destination | payload       |
///              |  u16   |  u32   |     u32     | length bytes  |
///              +--------+--------+-------------+---------------+
/// </code>
/// From the gateway: source is the peer, destination ours. From the application: source is ignored, destination is where it goes.
/// </summary>
internal static class FrameLayout
{
    /// <summary>Bytes before the payload.</summary>
    public const int PlainHeaderSize = 2;

    /// <summary>Bytes before the payload of an addressed message.</summary>
    public const int AddressedHeaderSize = DestinationOffset + sizeof(uint);

    /// <summary>What the length can say at most.</summary>
    public const int MaximumLength = ushort.MaxValue;

    private const int SourceOffset = PlainHeaderSize;
    private const int DestinationOffset = SourceOffset + sizeof(uint);

    /// <summary>Bytes of a header.</summary>
    public static int HeaderSize(bool addressed) => addressed ? AddressedHeaderSize : PlainHeaderSize;

    /// <summary>The payload's length; at least two bytes must be there.</summary>
    public static int ReadLength(ReadOnlySpan<byte> header) => BinaryPrimitives.ReadUInt16LittleEndian(header);

    /// <summary>Where an addressed message goes; a whole addressed header must be there.</summary>
    public static uint ReadDestination(ReadOnlySpan<byte> header) => BinaryPrimitives.ReadUInt32LittleEndian(header[DestinationOffset..]);

    /// <summary>Writes a header; returns its size.</summary>
    public static int Write(Span<byte> header, bool addressed, int length, uint source, uint destination)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(header, checked((ushort)length));
        if (!addressed)
        {
            return PlainHeaderSize;
        }

        BinaryPrimitives.WriteUInt32LittleEndian(header[SourceOffset..], source);
        BinaryPrimitives.WriteUInt32LittleEndian(header[DestinationOffset..], destination);
        return AddressedHeaderSize;
    }
}
