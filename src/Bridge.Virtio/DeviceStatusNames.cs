namespace Bridge.Virtio;

/// <summary>The device status bits by the specification's names.</summary>
public static class DeviceStatusNames
{
    private static readonly (DeviceStatus Bit, string Name)[] Names =
    [
        (DeviceStatus.Acknowledge, "ACKNOWLEDGE"),
        (DeviceStatus.Driver, "DRIVER"),
        (DeviceStatus.FeaturesOk, "FEATURES_OK"),
        (DeviceStatus.DriverOk, "DRIVER_OK"),
        (DeviceStatus.NeedsReset, "DEVICE_NEEDS_RESET"),
        (DeviceStatus.Failed, "FAILED"),
    ];

    /// <summary>The set bits in the order in which a driver sets them: "ACKNOWLEDGE DRIVER FEATURES_OK DRIVER_OK"; "reset" when none is. Allocates.</summary>
    public static string Describe(this DeviceStatus status) =>
        status == DeviceStatus.None ? "reset" : string.Join(' ', Names.Where(name => (status & name.Bit) != 0).Select(name => name.Name));
}
