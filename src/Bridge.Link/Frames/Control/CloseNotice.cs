using System.Buffers.Binary;
using System.Text;

namespace Bridge.Link;

/// <summary>Payload of <see cref="FrameType.Close"/>: why the sender ends the connection.</summary>
/// <remarks>
/// <code>
///  0        2             4
///  +--------+-------------+---------------
///  | reason | text bytes n| text (UTF-8)...
///  +--------+-------------+---------------
/// </code>
/// </remarks>
/// <param name="Reason">The frozen number; one that this version does not know is kept as it is.</param>
/// <param name="Text">One sentence for the peer's log; cut to <see cref="MaximumText"/> bytes when written, control characters replaced when read.</param>
public readonly record struct CloseNotice(CloseReason Reason, string Text)
{
    /// <summary>Bytes of the longest text.</summary>
    public const int MaximumText = 512;

    private const int TextLengthOffset = sizeof(ushort);
    private const int TextOffset = TextLengthOffset + sizeof(ushort);

    /// <summary>Decodes a payload.</summary>
    /// <param name="payload">The frame's payload.</param>
    /// <param name="close">The content.</param>
    /// <returns>False when it is truncated, the text is too long or bytes follow it.</returns>
    public static bool TryRead(ReadOnlySpan<byte> payload, out CloseNotice close)
    {
        close = default;
        if (payload.Length < TextOffset)
            return false;
        int length = BinaryPrimitives.ReadUInt16LittleEndian(payload[TextLengthOffset..]);
        if (length > MaximumText || length != payload.Length - TextOffset)
            return false;
        close = new CloseNotice((CloseReason)BinaryPrimitives.ReadUInt16LittleEndian(payload), Printable(Encoding.UTF8.GetString(payload[TextOffset..])));
        return true;
    }

    /// <summary>Encodes the payload.</summary>
    /// <param name="destination">At least 4 + <see cref="MaximumText"/> bytes.</param>
    /// <returns>Bytes written.</returns>
    public int Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(destination, (ushort)Reason);
        // Utf8.FromUtf16 stops before a character that does not fit: the text is never cut inside one.
        _ = System.Text.Unicode.Utf8.FromUtf16(Text ?? "", destination.Slice(TextOffset, MaximumText), out _, out int written);
        BinaryPrimitives.WriteUInt16LittleEndian(destination[TextLengthOffset..], (ushort)written);
        return TextOffset + written;
    }

    // The text comes from another machine and ends up in logs and terminals.
    private static string Printable(string text) => string.Create(text.Length, text, static (span, source) =>
    {
        for (int i = 0; i < span.Length; i++)
            span[i] = char.IsControl(source[i]) ? '?' : source[i];
    });
}
