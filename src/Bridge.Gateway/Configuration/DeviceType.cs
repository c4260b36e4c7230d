using Bridge.Relay;

namespace Bridge.Gateway.Configuration;

/// <summary>What a device is; the values are virtio ids (virtio 1.2, 5).</summary>
internal enum DeviceType
{
    /// <summary>Network card.</summary>
    Net = DeviceTable.Network,

    /// <summary>Block device.</summary>
    Blk = DeviceTable.Block,

    /// <summary>Console.</summary>
    Console = DeviceTable.Console,

    /// <summary>Entropy source.</summary>
    Rng = DeviceTable.Entropy,

    /// <summary>rpmsg.</summary>
    Rpmsg = DeviceTable.Rpmsg,

    /// <summary>SCSI host.</summary>
    Scsi = DeviceTable.Scsi,
}
