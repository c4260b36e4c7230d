namespace Bridge.Virtio;

/// <summary>
/// The device status field (virtio 1.2, 2.1). Bits are only ever added by the driver, in the order Acknowledge, Driver, FeaturesOk, DriverOk
/// (a legacy driver skips FeaturesOk); writing <see cref="None"/> resets the device.
/// </summary>
[Flags]
public enum DeviceStatus : byte
{
    /// <summary>Reset.</summary>
    None = 0,

    /// <summary>ACKNOWLEDGE: the driver's machine has seen the device.</summary>
    Acknowledge = 1,

    /// <summary>DRIVER: it knows how to drive it.</summary>
    Driver = 2,

    /// <summary>DRIVER_OK: the driver is set up; from here the device may use the queues.</summary>
    DriverOk = 4,

    /// <summary>FEATURES_OK: feature negotiation is complete. The device clears it when it does not agree.</summary>
    FeaturesOk = 8,

    /// <summary>DEVICE_NEEDS_RESET: set by the device after an error that only a reset mends.</summary>
    NeedsReset = 64,

    /// <summary>FAILED: the driver has given up.</summary>
    Failed = 128,
}
