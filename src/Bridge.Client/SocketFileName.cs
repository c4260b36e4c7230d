using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Bridge.Client;

/// <summary>
/// The file name of a socket, as the gateway derives it from an rpmsg name: letters, digits, <c>_</c>, <c>-</c> and inner dots stay, every other byte becomes
/// <c>%XX</c>; what would be longer than 31 bytes is cut before an escape and ends in <c>~</c> and eight digits of the name's SHA-256.
/// </summary>
internal static class SocketFileName
{
    private const int MaximumLength = 31;
    private const int HashDigits = 8;

    /// <summary>The file name; null for names that no file can have: empty, <c>.</c> and <c>..</c>.</summary>
    /// <param name="name">One character per byte; if it has any above U+00FF, its UTF-8 bytes are meant.</param>
    public static string? Encode(string name)
    {
        if (name is "" or "." or "..")
        {
            return null;
        }

        byte[] bytes = name.All(static c => c <= '\u00FF') ? Encoding.Latin1.GetBytes(name) : Encoding.UTF8.GetBytes(name);
        StringBuilder encoded = new();
        int cut = 0;
        for (int i = 0; i < bytes.Length; i++)
        {
            char c = (char)bytes[i];
            bool inner = i > 0 && i < bytes.Length - 1;
            if (char.IsAsciiLetterOrDigit(c) || c is '_' or '-' || (c == '.' && inner))
            {
                encoded.Append(c);
            }
            else
            {
                encoded.Append(CultureInfo.InvariantCulture, $"%{bytes[i]:X2}");
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
