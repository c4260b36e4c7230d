namespace Bridge.Ports.Sockets.Access;

/// <summary>Names with <c>*</c> (any characters, also none) and <c>?</c> (exactly one). Case counts, as it does in names.</summary>
internal static class ServicePattern
{
    /// <summary>The whole name fits. Without recursion: at most pattern times name steps, both of which are short.</summary>
    public static bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<char> name)
    {
        int p = 0, n = 0, star = -1, retry = 0;
        while (n < name.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                (star, retry) = (p++, n);
            }
            else if (p < pattern.Length && (pattern[p] == '?' || pattern[p] == name[n]))
            {
                p++;
                n++;
            }
            else if (star >= 0)
            {
                // The last star takes one character more.
                (p, n) = (star + 1, ++retry);
            }
            else
            {
                return false;
            }
        }

        return pattern[p..].TrimStart('*').IsEmpty;
    }
}
