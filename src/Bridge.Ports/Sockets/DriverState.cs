namespace Bridge.Ports.Sockets;

/// <summary>How far the driver of a sockets port is with its device: the steps of virtio 1.2, 3.1.1. See <see cref="DriverInitialization"/>.</summary>
public enum DriverState
{
    /// <summary>The device is not known yet.</summary>
    Absent,

    /// <summary>Step 1: reset, not complete yet.</summary>
    Resetting,

    /// <summary>Step 2: ACKNOWLEDGE.</summary>
    Acknowledging,

    /// <summary>Step 3: DRIVER.</summary>
    Driving,

    /// <summary>Step 4: features are read and accepted.</summary>
    Accepting,

    /// <summary>Steps 5 and 6: FEATURES_OK, read back.</summary>
    Confirming,

    /// <summary>Step 7: queues.</summary>
    SettingUp,

    /// <summary>Step 8: DRIVER_OK. The device is live.</summary>
    Running,

    /// <summary>The device cannot be used as it is offered: FAILED. Tried again when the offer changes.</summary>
    Failed,
}
