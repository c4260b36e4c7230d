namespace Bridge.Gateway.Configuration;

/// <summary>What a device plugs into on this machine.</summary>
internal enum PortChoice
{
    /// <summary>Unix sockets that applications connect to.</summary>
    Sockets,

    /// <summary>A vhost-user front end (QEMU, user-mode Linux): this gateway is its back end.</summary>
    VhostUser,

    /// <summary>The driver of a vhost-user front end of this machine, joined to the driver behind the link: this gateway is the device of both.</summary>
    CrossConnect,
}
