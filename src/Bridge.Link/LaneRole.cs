namespace Bridge.Link;

/// <summary>Which side of a device a gateway has. The numbers are frozen: they are on the wire (Hello).</summary>
public enum LaneRole : byte
{
    /// <summary>This gateway faces the driver (virtio side).</summary>
    Driver = 1,

    /// <summary>This gateway faces the device (vhost side).</summary>
    Device = 2,
}
