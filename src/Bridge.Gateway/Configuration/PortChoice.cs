namespace Bridge.Gateway.Configuration;

/// <summary>What a device plugs into on this machine.</summary>
internal enum PortChoice
{
    /// <summary>Unix sockets that applications connect to.</summary>
    Sockets,

    /// <summary>A vhost-user front end (QEMU, user-mode Linux): this gateway is its back end.</summary>
    VhostUser,
}
