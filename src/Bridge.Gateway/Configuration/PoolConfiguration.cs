namespace Bridge.Gateway.Configuration;

/// <summary>What the device side keeps for chains on their way to and from a vhost-user back end.</summary>
/// <param name="Places">Chains per queue; null: what suits the device's type.</param>
/// <param name="PlaceSize">Bytes of one; null: what suits the device's type.</param>
/// <param name="Queues">Queues of the device; null: as few as its type has.</param>
internal sealed record PoolConfiguration(int? Places, int? PlaceSize, int? Queues)
{
    private const int Kilobyte = 1024;
    private const int Megabyte = 1024 * Kilobyte;

    /// <summary>Chains per queue for a device of that type; 0: as many as the ring has entries.</summary>
    public int PlacesOf(DeviceType type) => Places ?? (type is DeviceType.Blk or DeviceType.Scsi ? 64 : 0);

    /// <summary>Bytes of one place for a device of that type: what its drivers' longest chains need.</summary>
    public int PlaceSizeOf(DeviceType type) => PlaceSize ?? type switch
    {
        // A large request of many pages, with its header and status.
        DeviceType.Blk or DeviceType.Scsi => (4 * Megabyte) + (64 * Kilobyte),
        // What Linux lends for a packet that is cut into pieces later (GUEST_TSO): a header, and 18 pages less what it keeps of the first one.
        DeviceType.Net => 80 * Kilobyte,
        _ => 4 * Kilobyte,
    };
}
