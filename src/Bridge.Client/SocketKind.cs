namespace Bridge.Client;

/// <summary>The three directories of a device.</summary>
internal enum SocketKind
{
    /// <summary><c>channels/&lt;name&gt;</c>.</summary>
    Channel,

    /// <summary><c>endpoints/&lt;name&gt;.&lt;address&gt;</c>.</summary>
    Endpoint,

    /// <summary><c>services/&lt;name&gt;</c>.</summary>
    Service,
}
