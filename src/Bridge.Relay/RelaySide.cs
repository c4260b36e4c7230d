namespace Bridge.Relay;

/// <summary>Which side of a device a relay is. The numbers are frozen: they are in the memory of lives that are kept.</summary>
public enum RelaySide : byte
{
    /// <summary>It faces the driver (virtio side).</summary>
    Driver = 1,

    /// <summary>It faces the device (vhost side).</summary>
    Device = 2,
}
