using System.Runtime.CompilerServices;

namespace Bridge.Ports.Sockets.Kept;

/// <summary>A service's name in a record: Latin-1, filled up with zeroes, which no name contains.</summary>
[InlineArray(Length)]
internal struct KeptName
{
    // RPMSG_NAME_SIZE: 31 characters and a zero.
    private const int Length = 32;

    private byte _first;

    /// <summary>Writes a name of at most 31 characters between U+0001 and U+00FF.</summary>
    public static KeptName From(string name)
    {
        KeptName kept = default;
        System.Text.Encoding.Latin1.GetBytes(name, kept);
        return kept;
    }

    /// <inheritdoc/>
    public override readonly string ToString()
    {
        ReadOnlySpan<byte> bytes = this;
        int end = bytes.IndexOf((byte)0);
        return System.Text.Encoding.Latin1.GetString(end < 0 ? bytes : bytes[..end]);
    }
}
