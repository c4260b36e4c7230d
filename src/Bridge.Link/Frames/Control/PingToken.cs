using System.Buffers.Binary;

namespace Bridge.Link;

/// <summary>Payload of <see cref="FrameType.Ping"/> and <see cref="FrameType.Pong"/>: <c>| token u64 |</c>, returned as it came.</summary>
public static class PingToken
{
    /// <summary>Bytes of the payload, exactly.</summary>
    public const int Size = sizeof(ulong);

    /// <summary>Decodes a payload.</summary>
    /// <param name="payload">The frame's payload.</param>
    /// <param name="token">The sender's token; it means something only to the sender of the Ping.</param>
    /// <returns>False when it is not exactly 8 bytes.</returns>
    public static bool TryRead(ReadOnlySpan<byte> payload, out ulong token)
    {
        token = payload.Length == Size ? BinaryPrimitives.ReadUInt64LittleEndian(payload) : 0;
        return payload.Length == Size;
    }

    /// <summary>Encodes a payload.</summary>
    /// <param name="destination">At least 8 bytes.</param>
    /// <param name="token">The token.</param>
    /// <returns>Bytes written.</returns>
    public static int Write(Span<byte> destination, ulong token)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(destination, token);
        return Size;
    }
}
