using System.Security.Cryptography;
using System.Text;

namespace Bridge.Ports.Sockets;

/// <summary>
/// Turns a service's name, which a stranger chose, into a file's name that can neither leave its directory nor surprise a shell.
/// <para>
/// Letters, digits, <c>_</c>, <c>-</c> and inner dots stay; every other byte becomes <c>%XX</c>. What would be longer than
/// <see cref="MaximumLength"/> is cut (never inside an escape) and ends in <c>~</c> and eight digits of the name's SHA-256, so that the
/// longest possible path is known at start; <c>~</c> occurs nowhere else.
/// </para>
/// </summary>
public static class SocketName
{
    /// <summary>Longest file name in bytes: that of an rpmsg name that needs no escapes.</summary>
    public const int MaximumLength = 31;

    private const int HashDigits = 8;

    /// <summary>The file name; null for names that no file can have: empty, <c>.</c> and <c>..</c>.</summary>
    /// <param name="name">One character per byte; characters above U+00FF count as their UTF-8 bytes.</param>
    public static string? Encode(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name is "" or "." or "..")
        {
            return null;
        }

        byte[] bytes = name.All(static c => c <= '\u00FF') ? Encoding.Latin1.GetBytes(name) : Encoding.UTF8.GetBytes(name);
        StringBuilder encoded = new();
        int cut = 0;
        for (int i = 0; i < bytes.Length; i++)
        {
            bool inner = i > 0 && i < bytes.Length - 1;
            char c = (char)bytes[i];
            if (char.IsAsciiLetterOrDigit(c) || c is '_' or '-' || (c == '.' && inner))
            {
                encoded.Append(c);
            }
            else
            {
                encoded.Append('%').Append(bytes[i].ToString("X2", System.Globalization.CultureInfo.InvariantCulture));
            }

            if (encoded.Length <= MaximumLength - HashDigits - 1)
            {
                cut = encoded.Length;
            }
        }

        return encoded.Length <= MaximumLength
            ? encoded.ToString()
            : string.Concat(encoded.ToString(0, cut), "~", Convert.ToHexString(SHA256.HashData(bytes)).AsSpan(0, HashDigits));
    }
}
