namespace Bridge.Link;

/// <summary>Payload of <see cref="FrameType.LaneOpen"/>: <c>| name bytes n u8 | name |</c>, the device of the lane that the header names.</summary>
/// <remarks>It is the first frame of each side on each device lane on every transport; on QUIC it also tells which lane a stream is.</remarks>
public static class LaneOpen
{
    /// <summary>Decodes a payload.</summary>
    /// <param name="payload">The frame's payload.</param>
    /// <param name="device">The device's name.</param>
    /// <returns>False when it is truncated, too long or not a <see cref="LinkName"/>.</returns>
    public static bool TryRead(ReadOnlySpan<byte> payload, out string device)
    {
        device = "";
        return payload.Length > 0 && payload[0] == payload.Length - 1 && LinkName.TryRead(payload[1..], out device);
    }

    /// <summary>Encodes a payload.</summary>
    /// <param name="destination">At least 1 + <see cref="LinkName.MaximumLength"/> bytes.</param>
    /// <param name="device">The device's name.</param>
    /// <returns>Bytes written.</returns>
    public static int Write(Span<byte> destination, string device)
    {
        destination[0] = (byte)LinkName.Write(device, destination[1..]);
        return 1 + device.Length;
    }
}
