namespace Bridge.Gateway.Configuration;

/// <summary>Which end of a virtio device a gateway has.</summary>
internal enum DeviceSide
{
    /// <summary>The driver side: owns rings and buffers.</summary>
    Virtio,

    /// <summary>The device side: reaches into them.</summary>
    Vhost,
}
