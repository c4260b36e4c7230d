namespace Bridge.Ports.Sockets;

/// <summary>The three directories below a device's.</summary>
public enum EntryKind
{
    /// <summary><c>channels/&lt;name&gt;</c>: the newest announcement of that name.</summary>
    Channel,

    /// <summary><c>endpoints/&lt;name&gt;.&lt;address&gt;</c>: one announcement exactly.</summary>
    Endpoint,

    /// <summary><c>services/&lt;name&gt;</c>: a service of this machine.</summary>
    Service,
}
