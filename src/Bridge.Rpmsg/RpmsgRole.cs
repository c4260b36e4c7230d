namespace Bridge.Rpmsg;

/// <summary>Which end of the rings a bus is at.</summary>
public enum RpmsgRole
{
    /// <summary>The virtio side: owns rings and buffers.</summary>
    Driver,

    /// <summary>The vhost side: reaches into them.</summary>
    Device,
}
