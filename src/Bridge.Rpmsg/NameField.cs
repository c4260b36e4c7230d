using System.Text;

namespace Bridge.Rpmsg;

/// <summary>The 32-byte name of a name service or address service message: Latin-1, so that every byte survives, and ended by NUL.</summary>
internal static class NameField
{
    /// <summary>Reads a name. Without NUL it is cut to 31 bytes, as Linux does.</summary>
    /// <param name="field">32 bytes that nobody else writes; those after the NUL are whatever the sender's stack held (open-amp).</param>
    /// <param name="unterminated">There was no NUL.</param>
    public static string Read(ReadOnlySpan<byte> field, out bool unterminated)
    {
        int length = field.IndexOf((byte)0);
        unterminated = length < 0;
        return Encoding.Latin1.GetString(field[..(unterminated ? NameServiceMessage.MaximumNameLength : length)]);
    }

    /// <summary>Writes 32 bytes, padded with zeros. ArgumentException: a name that <see cref="NameServiceMessage.IsValidName"/> refuses.</summary>
    public static void Write(string name, Span<byte> field)
    {
        if (!NameServiceMessage.IsValidName(name))
        {
            throw new ArgumentException("a service name is 1..31 characters between U+0001 and U+00FF", nameof(name));
        }

        field.Clear();
        Encoding.Latin1.GetBytes(name, field[..NameServiceMessage.MaximumNameLength]);
    }
}
