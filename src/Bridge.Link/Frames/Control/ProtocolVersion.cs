namespace Bridge.Link;

/// <summary>The protocol versions that this program speaks; Hello carries the range and the highest common one is used.</summary>
public static class ProtocolVersion
{
    /// <summary>The oldest version spoken.</summary>
    public const ushort Minimum = 1;

    /// <summary>The newest version spoken.</summary>
    public const ushort Maximum = 1;

    /// <summary>The highest version in both ranges.</summary>
    /// <returns>False when the ranges have nothing in common.</returns>
    internal static bool TryChoose(ushort ownMinimum, ushort ownMaximum, ushort peerMinimum, ushort peerMaximum, out ushort version)
    {
        version = Math.Min(ownMaximum, peerMaximum);
        return version >= ownMinimum && version >= peerMinimum;
    }
}
