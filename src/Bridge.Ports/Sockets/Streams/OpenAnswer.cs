using System.Globalization;
using System.Text;

namespace Bridge.Ports.Sockets.Streams;

/// <summary>The line with which the gateway answers an <see cref="OpenLine"/>: UTF-8, newline at its end.</summary>
internal static class OpenAnswer
{
    /// <summary>Most bytes of the line, its newline included: a long sentence is cut.</summary>
    public const int MaximumLength = 255;

    /// <summary><c>ok maximum=496 local=1024 remote=30</c>: messages follow.</summary>
    /// <param name="maximum">Longest payload in bytes.</param>
    /// <param name="local">Our endpoint.</param>
    /// <param name="remote">The peer's; null while a service waits for one: <c>any</c>.</param>
    public static byte[] Accept(int maximum, uint local, uint? remote) => Encoding.UTF8.GetBytes(string.Create(
        CultureInfo.InvariantCulture, $"ok maximum={maximum} local={local} remote={(remote is { } address ? address.ToString(CultureInfo.InvariantCulture) : "any")}\n"));

    /// <summary><c>error ENOENT no such channel ...</c>: the connection is closed.</summary>
    public static byte[] Refuse(Refusal refusal)
    {
        byte[] line = new byte[MaximumLength];
        int length = 0;
        // One line: whatever the sentence quotes, no control character leaves here.
        foreach (Rune rune in $"error {refusal.Errno} {refusal.Sentence}".EnumerateRunes())
        {
            Rune shown = Rune.IsControl(rune) ? new Rune('?') : rune;
            if (length + shown.Utf8SequenceLength > MaximumLength - 1)
            {
                break;
            }

            length += shown.EncodeToUtf8(line.AsSpan(length));
        }

        line[length++] = (byte)'\n';
        return line[..length];
    }
}
