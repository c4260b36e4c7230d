using System.Text;

namespace Bridge.Link;

/// <summary>Names of gateways and devices on the wire: 1..63 ASCII bytes of <c>[A-Za-z0-9_.-]</c>, so that they are safe in logs and file names alike.</summary>
public static class LinkName
{
    /// <summary>Bytes of the longest name.</summary>
    public const int MaximumLength = 63;

    /// <summary>True if the text can travel as a name.</summary>
    /// <param name="name">The candidate.</param>
    public static bool IsValid(string? name)
    {
        if (name is null || name.Length is 0 or > MaximumLength)
            return false;
        foreach (char c in name)
        {
            if (!IsAllowed(c))
                return false;
        }

        return true;
    }

    internal static bool TryRead(ReadOnlySpan<byte> bytes, out string name)
    {
        name = "";
        if (bytes.Length is 0 or > MaximumLength)
            return false;
        foreach (byte b in bytes)
        {
            if (!IsAllowed((char)b))
                return false;
        }

        name = Encoding.ASCII.GetString(bytes);
        return true;
    }

    internal static int Write(string name, Span<byte> destination) => Encoding.ASCII.GetBytes(name, destination);

    private static bool IsAllowed(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-';
}
