using Bridge.Virtio;

namespace Bridge.Relay;

/// <summary>A field of a device type's configuration space that drivers may write.</summary>
/// <param name="Name">As the specification calls it.</param>
/// <param name="Offset">Where it begins, bytes.</param>
/// <param name="Length">Its length, bytes.</param>
public sealed record ConfigurationField(string Name, int Offset, int Length)
{
    /// <summary>Features of which the device must offer all for the field to be writable.</summary>
    public ulong Requires { get; init; }

    /// <summary>Only a legacy driver (one without VERSION_1) may write it.</summary>
    public bool IsLegacy { get; init; }

    /// <summary>Whether a write lies in this field and may be made.</summary>
    /// <param name="offset">Where it begins, bytes.</param>
    /// <param name="length">Its length, bytes; at least one.</param>
    /// <param name="offered">Features that the device offers.</param>
    /// <param name="accepted">Features that the driver has accepted so far.</param>
    public bool Admits(long offset, int length, ulong offered, ulong accepted) =>
        length > 0 && offset >= Offset && offset + length <= Offset + Length && (offered & Requires) == Requires && !(IsLegacy && (accepted & VirtioFeatures.Version1) != 0);
}
