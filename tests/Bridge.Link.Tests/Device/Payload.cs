namespace Bridge.Link.Tests.Device;

/// <summary>Writes payloads, and says what must not be read.</summary>
internal static class Payload
{
    public delegate int Writer(Span<byte> room);

    /// <summary>What a payload writes into a frame's room, which is not cleared.</summary>
    public static byte[] Written(Writer write)
    {
        byte[] room = new byte[FrameHeader.MaximumPayload];
        room.AsSpan().Fill(0xEE);
        int length = write(room);
        Assert.True(room.AsSpan(length).IndexOfAnyExcept((byte)0xEE) < 0, "wrote beyond the length it returned");
        return room[..length];
    }

    /// <summary>The payload is a fault that closes the connection with BadFrame.</summary>
    public static void Refused<T>(Func<T> read) =>
        Assert.Equal(CloseReason.BadFrame, Assert.Throws<LinkProtocolException>(() => { read(); }).Reason);

    /// <summary>Every truncation is refused, and so is one byte more.</summary>
    public static void OnlyLength<T>(byte[] bytes, Func<byte[], T> read)
    {
        for (int length = 0; length < bytes.Length; length++)
            Refused(() => read(bytes[..length]));
        Refused(() => read([.. bytes, 0]));
    }

    /// <summary>Every truncation of the fixed part is refused.</summary>
    public static void AtLeast<T>(byte[] bytes, int length, Func<byte[], T> read)
    {
        for (int cut = 0; cut < length; cut++)
            Refused(() => read(bytes[..cut]));
        read(bytes[..length]);
    }
}
